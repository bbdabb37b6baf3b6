"""Ready answers that this process keeps until others need their room."""

import threading
from collections import OrderedDict


class Kept:
    """Texts by what tells them apart, `most` bytes in all; what was not asked for longest goes first."""

    def __init__(self, most: int) -> None:
        self._most, self._size = most, 0
        self._texts: OrderedDict[str, bytes] = OrderedDict()
        self._changing = threading.Lock()

    def get(self, key: str) -> bytes | None:
        with self._changing:
            if key in self._texts:
                self._texts.move_to_end(key)
            return self._texts.get(key)

    def put(self, key: str, text: bytes) -> None:
        """Keep `text`, unless it alone would take a quarter of the room."""
        if len(text) > self._most // 4:
            return
        with self._changing:
            self._size += len(text) - len(self._texts.pop(key, b""))
            self._texts[key] = text
            while self._size > self._most:
                self._size -= len(self._texts.popitem(last=False)[1])
