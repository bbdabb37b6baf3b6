"""MLLP blocks without input or output: bytes in, whole messages out (HL7 v2.5.1 Appendix C, MLLP release 1).

A block is VT, message, FS, CR. What stands between blocks is counted and dropped. A block larger than the limit is never kept in memory:
its beginning is, so that the sender can be told which message was refused.
"""

from dataclasses import dataclass

START = b"\x0b"
END = b"\x1c\r"
FS = 0x1C
CR = 0x0D
# A peer that died in the middle of a block and went on with the next one: the broken block was never acknowledged, so it still has it.
RESTART = b"\x0bMSH"
ENDS_TOO = frozenset({0x0B, 0x0A})  # some senders leave CR out, or send LF
HEAD_BYTES = 4096


@dataclass(frozen=True)
class Block:
    """One message as it came; `is_whole` is False when it was too large, and then `payload` is only its beginning."""

    payload: bytes
    is_whole: bool = True


def wrap(payload: bytes) -> bytes:
    """`payload` as an MLLP block."""
    return START + payload + END


class Deframer:
    """Feed it what the socket gives; it returns the blocks that are complete. Holds at most `limit` bytes."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.noise_bytes = 0
        self._buffer = bytearray()
        self._is_open = False
        self._is_skipping = False
        self._scanned = 0

    @property
    def is_partial(self) -> bool:
        """A block has begun and its end has not come."""
        return self._is_open

    @property
    def held_bytes(self) -> int:
        return len(self._buffer)

    def feed(self, data: bytes) -> list[Block]:
        """Take `data` in; the blocks that it completes, in order."""
        self._buffer += data
        blocks = []
        while (block := self._next()) is not None:
            blocks.append(block)
        return blocks

    def _next(self) -> Block | None:
        if not self._is_open and not self._open():
            return None
        end, size = self._find_end()
        if end < 0:
            self._bound()
            return None
        return self._close(end, size)

    def _open(self) -> bool:
        start = self._buffer.find(START)
        self.noise_bytes += len(self._buffer) if start < 0 else start
        del self._buffer[: len(self._buffer) if start < 0 else start + 1]
        self._is_open, self._scanned = start >= 0, 0
        return self._is_open

    def _find_end(self) -> tuple[int, int]:
        """Where the block ends and how many bytes the end takes; (-1, 0) while it has not come."""
        at = self._buffer.find(FS, self._scanned)
        while 0 <= at < len(self._buffer) - 1:
            following = self._buffer[at + 1]
            if following == CR or following in ENDS_TOO:
                return at, 1 if following == START[0] else 2
            at = self._buffer.find(FS, at + 1)
        self._scanned = len(self._buffer) if at < 0 else at
        return -1, 0

    def _bound(self) -> None:
        if self._is_skipping or len(self._buffer) > self.limit:
            self._is_skipping = True
            keep_end = self._buffer[-1:] if self._buffer[-1:] == bytes([FS]) else b""
            self._buffer = self._buffer[:HEAD_BYTES] + keep_end
            self._scanned = len(self._buffer) - len(keep_end)

    def _close(self, end: int, size: int) -> Block:
        is_whole = not self._is_skipping and end <= self.limit
        payload = bytes(self._buffer[:end] if is_whole else self._buffer[: min(end, HEAD_BYTES)])
        del self._buffer[: end + size]
        self._is_open = self._is_skipping = False
        return Block(self._after_restart(payload), is_whole)

    def _after_restart(self, payload: bytes) -> bytes:
        again = payload.rfind(RESTART)
        self.noise_bytes += max(again, 0)
        return payload if again < 0 else payload[again + 1 :]
