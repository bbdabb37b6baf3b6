"""Entity tags (RFC 9110, 8.8.3): what a client holds already is not sent again, but it asks each time whether it may still see it."""

import hashlib
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from rest_framework.request import Request

Answer = TypeVar("Answer", bound=HttpResponseBase)


def etag_of(*parts: Any) -> str:
    return '"' + hashlib.sha256("\0".join(str(part) for part in parts).encode()).hexdigest()[:32] + '"'


def held(request: HttpRequest | Request) -> str:
    """The tags of what the client holds already."""
    return str(request.META.get("HTTP_IF_NONE_MATCH", ""))


def not_modified(holds: str, etag: str) -> HttpResponse | None:
    """A 304 answer when the client holds this very representation."""
    if etag not in parse_etags(holds):
        return None
    return tagged(HttpResponse(status=304), etag)


def tagged(response: Answer, etag: str) -> Answer:
    """Stored objects never change, but the right to see them does: keep it, and ask each time."""
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Accept", "Authorization", "Cookie"])
    return response
