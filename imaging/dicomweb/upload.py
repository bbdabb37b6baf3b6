"""Reading multipart/related requests a piece at a time (RFC 2046 5.1, PS3.18 8.6): a part is never in memory as a whole."""

import re
from collections.abc import Iterator
from email.message import Message
from email.parser import HeaderParser
from typing import BinaryIO, Protocol

from django.utils.translation import gettext as _

from imaging.common.errors import InvalidInput

CHUNK = 256 * 1024
HEADER_BYTES = 16 * 1024
PARTS_LIMIT = 20_000
BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,\-./:=? ]{1,70}")


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Upload:
    """The parts of a multipart body, in order. A part that was not read to its end is skipped when the next one is asked for."""

    def __init__(self, source: Readable, boundary: str) -> None:
        if BOUNDARY.fullmatch(boundary) is None:
            raise InvalidInput(_("The Content-Type needs a boundary."))
        self._source = source
        self._mark = b"\r\n--" + boundary.encode()
        # The first boundary may stand at the very beginning, without a line end before it.
        self._held = b"\r\n"
        self._at, self._next_mark = 0, -1
        self._ended = False

    def __iter__(self) -> Iterator[tuple[Message, BinaryIO]]:
        """Headers and body of each part. Raises InvalidInput for a body that is not multipart."""
        self._skip_part()
        for _number in range(PARTS_LIMIT):
            if self._is_last():
                return
            part = PartStream(self)
            yield self._headers(), part  # type: ignore[misc]
            part.drain()
        raise InvalidInput(_("Too many parts in one request."))

    def _fill(self) -> bool:
        """Hold the next piece too; False at the end of the request."""
        if self._ended:
            return False
        piece = self._source.read(CHUNK)
        self._ended = not piece
        self._held = self._held[self._at :] + piece
        self._at = 0
        self._next_mark = self._held.find(self._mark)
        return bool(piece)

    def _left(self) -> int:
        return len(self._held) - self._at

    def _take(self, size: int) -> bytes:
        taken = self._held[self._at : self._at + size]
        self._at += len(taken)
        return taken

    def _skip_part(self) -> None:
        while self.body(CHUNK):
            pass

    def _is_last(self) -> bool:
        """After a boundary: "--" closes the body, a line end begins a part."""
        while self._left() < 2 and self._fill():
            pass
        return self._take(2) == b"--"

    def _headers(self) -> Message:
        if self._held.startswith(b"\r\n", self._at):  # a part without headers
            self._take(2)
            return Message()
        while (end := self._held.find(b"\r\n\r\n", self._at)) < 0:
            if self._left() > HEADER_BYTES or not self._fill():
                raise InvalidInput(_("A part of the request has no headers."))
        return HeaderParser().parsestr(self._take(end + 4 - self._at).decode("latin-1"))

    def body(self, size: int) -> bytes:
        """Up to `size` bytes of the current part; nothing at its end. The boundary is then taken away too."""
        while True:
            if 0 <= self._next_mark < self._at:
                self._next_mark = self._held.find(self._mark, self._at)
            if self._next_mark == self._at:
                self._take(len(self._mark))
                return b""
            safe = self._next_mark - self._at if self._next_mark >= 0 else self._left() - len(self._mark) + 1
            if safe > 0:
                return self._take(min(size, safe))
            if not self._fill():
                raise InvalidInput(_("The request ends inside a part."))


class PartStream:
    """One part as a file to read."""

    def __init__(self, upload: Upload) -> None:
        self._upload = upload
        self._done = False

    def read(self, size: int = -1) -> bytes:
        wanted = CHUNK if size < 0 else size
        pieces: list[bytes] = []
        while wanted > 0 and not self._done:
            piece = self._upload.body(wanted)
            self._done = not piece
            pieces.append(piece)
            wanted -= len(piece) if size >= 0 else 0
        return b"".join(pieces)

    def drain(self) -> None:
        while not self._done:
            self._done = not self._upload.body(CHUNK)
