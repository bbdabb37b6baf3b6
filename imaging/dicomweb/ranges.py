"""Parts of a file (RFC 9110 14): a player of video asks for what it is about to show, a download that was cut for the rest."""

import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from imaging.common.tags import tagged

Pieces = Callable[[int, int], Iterator[bytes]]
AT_ONCE_BYTES = 1 << 20
ONE_RANGE = re.compile(r"(\d{0,18})-(\d{0,18})")
MOST_RANGES = 20


def ranged(headers: Mapping[str, str], size: int, pieces: Pieces, *, content_type: str, etag: str) -> HttpResponseBase:
    """The whole of `size` bytes, or what was asked for of them: 206, several ranges in multipart/byteranges; 416 where all lie outside.

    `headers` are those of the request; `pieces(start, length)` reads. Ranges that overlap, or are very many, are answered with the whole,
    as a server may.
    """
    text = headers.get("Range", "") if headers.get("If-Range", etag) == etag else ""
    wanted = ranges_of(text, size)
    if wanted is None:
        response = _answer(pieces, range(size), content_type)
    elif not wanted:
        response = HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    elif len(wanted) == 1:
        response = _answer(pieces, wanted[0], content_type, status=206)
        response["Content-Range"] = _told(wanted[0], size)
    else:
        response = _several(wanted, size, pieces, content_type)
    response["Accept-Ranges"] = "bytes"
    return tagged(response, etag)


def _answer(pieces: Pieces, wanted: range, content_type: str, status: int = 200) -> HttpResponseBase:
    """A small part at once, which costs a thread less often; a large one never in memory as a whole."""
    read = pieces(wanted.start, len(wanted))
    if len(wanted) <= AT_ONCE_BYTES:
        response: HttpResponseBase = HttpResponse(b"".join(read), content_type=content_type, status=status)
    else:
        response = StreamingHttpResponse(read, content_type=content_type, status=status)
    response["Content-Length"] = str(len(wanted))
    return response


def ranges_of(text: str, size: int) -> list[range] | None:
    """What a Range header asks for and there is, in its order; None for the whole, and for a header that is none."""
    unit, _equals, specs = text.replace(" ", "").partition("=")
    found = [ONE_RANGE.fullmatch(spec) for spec in specs.split(",")] if unit == "bytes" else []
    if not 0 < len(found) <= MOST_RANGES or not all(found):
        return None
    wanted = [_range(one.group(1), one.group(2), size) for one in found if one]
    if None in wanted:
        return None
    there = [one for one in wanted if one]
    by_start = sorted(there, key=lambda one: one.start)
    return None if any(after.start < before.stop for before, after in pairwise(by_start)) else there


def _range(first: str, last: str, size: int) -> range | None:
    """Empty for one that cannot be met; None for one that is none."""
    if not first:
        return range(max(0, size - int(last)), size) if last else None
    if last and int(last) < int(first):
        return None
    return range(int(first), min(size, int(last) + 1) if last else size)


def _told(one: range, size: int) -> str:
    return f"bytes {one.start}-{one.stop - 1}/{size}"


def _several(wanted: list[range], size: int, pieces: Pieces, content_type: str) -> StreamingHttpResponse:
    boundary = uuid.uuid4().hex
    heads = [f"\r\n--{boundary}\r\nContent-Type: {content_type}\r\nContent-Range: {_told(one, size)}\r\n\r\n".encode() for one in wanted]
    end = f"\r\n--{boundary}--\r\n".encode()

    def body() -> Iterator[bytes]:
        for head, one in zip(heads, wanted, strict=True):
            yield head
            yield from pieces(one.start, len(one))
        yield end

    response = StreamingHttpResponse(body(), content_type=f"multipart/byteranges; boundary={boundary}", status=206)
    response["Content-Length"] = str(sum(map(len, [*heads, *wanted, end])))
    return response
