"""multipart/related answers, a piece at a time, and reading multipart/related requests (RFC 2387, PS3.18 8.6)."""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.http import HttpResponse, StreamingHttpResponse


@dataclass(frozen=True)
class Part:
    """One part: its media type with parameters, and its body in pieces that are read only when they are sent."""

    content_type: str
    body: Iterable[bytes]
    location: str = ""

    @property
    def media_type(self) -> str:
        return self.content_type.partition(";")[0]


def multipart_response(parts: Iterable[Part], media_type: str) -> StreamingHttpResponse:
    """A streamed multipart/related answer; what is being sent is never in memory as a whole."""
    boundary = uuid.uuid4().hex
    content_type = f'multipart/related; type="{media_type}"; boundary={boundary}'
    return StreamingHttpResponse(_encoded(parts, boundary), content_type=content_type)


def whole_multipart(parts: list[Part], media_type: str) -> HttpResponse:
    """The same for a few small parts, sent at once with their length."""
    boundary = uuid.uuid4().hex
    return HttpResponse(b"".join(_encoded(parts, boundary)), content_type=f'multipart/related; type="{media_type}"; boundary={boundary}')


def _encoded(parts: Iterable[Part], boundary: str) -> Iterator[bytes]:
    for part in parts:
        location = f"\r\nContent-Location: {part.location}" if part.location else ""
        yield f"--{boundary}\r\nContent-Type: {part.content_type}{location}\r\n\r\n".encode()
        yield from part.body
        yield b"\r\n"
    yield f"--{boundary}--\r\n".encode()
