"""What was answered in full a moment ago is answered again for the other images of the same series, without asking everything anew.

A viewer asks for hundreds of images by requests that differ in nothing but the image. The first of them goes the whole way: middleware,
signing in, policy, audit. Its answer tells what this caller gets, from this address and with just these headers; it holds for the images of
that series, for `DICOMWEB_OWNER_SECONDS` from when the rights behind it were looked up. What is new, odd or refused goes the whole way.
"""

import hashlib
import re
import threading
import time
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from imaging.access.rest import caller
from imaging.archive.models import Instance, InstanceMetadata, Series
from imaging.common.errors import LightboxError
from imaging.dicomweb.selectors import visible_since

# What all of them together keep in memory; an object with more frames is always asked for in full.
MOST_IMAGES, MOST_FRAMES = 20_000, 1000
ADDRESS = re.compile(r"(/dicomweb/studies/[\d.]+/series/[\d.]+/instances/)([\d.]+)(?:/frames/(\d+))?(/rendered)?")
COLUMNS = tuple(column.attname for column in Instance._meta.concrete_fields)
UID = COLUMNS.index("sop_instance_uid")
# Set anew by proxies for each request, and read by nobody here.
OF_ONE_REQUEST = frozenset({b"x-request-id", b"traceparent", b"tracestate"})
OF_ONE_ANSWER = frozenset({"content-type", "content-length", "etag"})
Answer = Callable[[Instance, str, str], HttpResponseBase | None]


@dataclass(frozen=True)
class Asked:
    """A request for an image of a series. `key` is all of it but the image, the number of the frame and what the client `holds`."""

    key: bytes
    instance: str
    frame: str
    holds: str


def asked(scope: MutableMapping[str, Any]) -> Asked | None:
    """What an ASGI `scope` asks for; None when it is no image of a series."""
    found = ADDRESS.fullmatch(scope["path"]) if scope["method"] == "GET" else None
    if found is None:
        return None
    series, instance, frame, ending = found.groups()
    holds = b""
    headers = []
    for name, value in scope["headers"]:
        if name == b"if-none-match":
            holds = value
        elif name not in OF_ONE_REQUEST:
            headers.append((name, value))
    client = (scope.get("client") or ("",))[0]
    alike = repr((series, frame is None, ending, scope["query_string"], client, scope["scheme"], headers))
    return Asked(hashlib.sha256(alike.encode()).digest(), instance, frame or "", holds.decode("latin-1"))


@dataclass
class Repeat:
    """How to answer for the images of `series` until the moment `until`, with the headers of the answer in full."""

    series: Series
    answer: Answer
    until: float
    needs_metadata: bool
    headers: dict[str, str] = field(default_factory=dict)
    _images: dict[str, tuple[Any, ...]] | None = None
    _metadata: dict[int, bytes] = field(default_factory=dict)
    _reading: threading.Lock = field(default_factory=threading.Lock)

    def image(self, uid: str) -> Instance | None:
        """The image of the series, of which all are read at once; None for one that has to be asked for in full."""
        with self._reading:
            if self._images is None:
                self._read()
        row = (self._images or {}).get(uid)
        if row is None:
            return None
        image = Instance.from_db(connection.alias, COLUMNS, row)
        image.series = self.series
        if image.pk in self._metadata:
            image.metadata = InstanceMetadata(instance=image, json_zlib=self._metadata[image.pk])
        return image

    def _read(self) -> None:
        shown = Instance.objects.filter(series=self.series, series__rejection=None, number_of_frames__lte=MOST_FRAMES)
        self._images = {row[UID]: row for row in shown.values_list(*COLUMNS)[:MOST_IMAGES]}
        if self.needs_metadata:  # of many frames they may be long, and are read when they are needed
            short = InstanceMetadata.objects.filter(instance__series=self.series, instance__number_of_frames=1)
            self._metadata = {key: bytes(packed) for key, packed in short.values_list("pk", "json_zlib")[:MOST_IMAGES]}


class Repeats:
    """The repeats of this process, the newest first; bounded by their images, and none for long."""

    def __init__(self) -> None:
        self._kept: dict[bytes, Repeat] = {}
        self._changing = threading.Lock()

    def get(self, key: bytes) -> Repeat | None:
        found = self._kept.get(key)
        return found if found is not None and time.monotonic() < found.until else None

    def put(self, key: bytes, repeat: Repeat) -> None:
        """Keep `repeat` as the newest, unless there is one; the oldest go when all have too many images."""
        with self._changing:
            now, room = time.monotonic(), MOST_IMAGES
            live = {key: repeat} | {old: kept for old, kept in self._kept.items() if now < kept.until}
            self._kept = {old: kept for old, kept in live.items() if (room := room - kept.series.instance_count) >= 0}


repeats = Repeats()


def offer(request: Request, series: Series, answer: Answer, *, needs_metadata: bool = False) -> None:
    """Let `answer` stand for the other images of `series` too: it takes an image, the number of the frame and the tags of what the client
    holds, and gives None where the whole way is needed."""
    now = time.time()
    seen = visible_since(caller(request), series.study)
    if seen is None or series.instance_count > MOST_IMAGES:
        return
    age = now - min(seen, getattr(request.user, "known_since", now))
    left = settings.DICOMWEB_OWNER_SECONDS - max(0.0, age)
    request._request.repeat = Repeat(series, answer, time.monotonic() + left, needs_metadata)  # type: ignore[attr-defined]


def keep(wanted: Asked, request: HttpRequest, response: HttpResponseBase) -> None:
    """Remember what a request answered in full offered, unless the answer was a refusal, or for this once."""
    repeat: Repeat | None = getattr(request, "repeat", None)
    if repeat is None or response.status_code not in {200, 304} or response.cookies:
        return
    repeat.headers = {name: value for name, value in response.items() if name.lower() not in OF_ONE_ANSWER}
    repeats.put(wanted.key, repeat)


def repeated(wanted: Asked) -> HttpResponseBase | None:
    """The answer as a moment ago; None when it has to be asked for in full."""
    repeat = repeats.get(wanted.key)
    if repeat is None:
        return None
    try:
        image = repeat.image(wanted.instance)
        response = repeat.answer(image, wanted.frame, wanted.holds) if image else None
    except (LightboxError, DatabaseError):  # told by the whole way, in the caller's language
        return None
    if response is not None:
        for name, value in repeat.headers.items():
            response[name] = value
        if not response.streaming:
            response["Content-Length"] = str(len(response.content))  # type: ignore[attr-defined]
    return response
