"""Keeps pynetdicom's reactor from taking the answer that a request waits for.

Its thread is only asked to pause when a request is sent. On a busy machine it may be late, find the answer first and drop it, and the
scanner would wait until the time-out. (Lightbox has the same for itself; the demo knows none of its code.)
"""

import threading
from typing import Any

from pynetdicom import Association


class Checkpoint(threading.Event):
    """The reactor's event. Once `clear` has returned, the reactor takes no message until it is set again."""

    def __init__(self) -> None:
        super().__init__()
        self.taking = threading.Lock()
        self.set()

    def clear(self) -> None:
        with self.taking:
            super().clear()


def keep_answers(assoc: Association) -> None:
    """To be called once, before the first request on `assoc`."""
    checkpoint, take = Checkpoint(), assoc.dimse.get_msg

    def get_msg(block: bool = False) -> Any:
        if block:
            return take(block)
        with checkpoint.taking:
            return take(block) if checkpoint.is_set() else (None, None)

    assoc.dimse.get_msg = get_msg  # type: ignore[method-assign]
    assoc._reactor_checkpoint = checkpoint
