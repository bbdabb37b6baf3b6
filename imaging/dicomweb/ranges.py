"""A part of a file (RFC 9110 14): a player of video asks for what it is about to show, a broken download for the rest."""

import re
from collections.abc import Callable, Iterator

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from imaging.dicomweb.base import tagged

Pieces = Callable[[int, int], Iterator[bytes]]
ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def ranged(request: Request, size: int, pieces: Pieces, *, content_type: str, etag: str) -> HttpResponseBase:
    """The whole of `size` bytes, or the one range that was asked for: 206, or 416 where it lies outside.

    `pieces(start, length)` reads. Several ranges at once are answered with the whole, as a server may.
    """
    wanted = _range(request, size, etag)
    if wanted is None:
        response: HttpResponseBase = StreamingHttpResponse(pieces(0, size), content_type=content_type)
        response["Content-Length"] = str(size)
    elif not wanted:
        response = HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    else:
        response = StreamingHttpResponse(pieces(wanted.start, len(wanted)), content_type=content_type, status=206)
        response["Content-Range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{size}"
        response["Content-Length"] = str(len(wanted))
    response["Accept-Ranges"] = "bytes"
    return tagged(response, etag)


def _range(request: Request, size: int, etag: str) -> range | None:
    """None for the whole; an empty range for one that cannot be met."""
    found = ONE_RANGE.fullmatch(request.headers.get("Range", "").replace(" ", ""))
    if found is None or request.headers.get("If-Range", etag) != etag:
        return None
    first, last = found.groups()
    if not first:
        return range(max(0, size - int(last)), size) if last and int(last) else (range(0) if last else None)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(size, int(last) + 1) if last else size)
