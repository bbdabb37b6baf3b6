"""DICOMweb under ASGI: one hand-over to a thread for each request, bodies and answers a piece at a time.

Django's own ASGI handler changes threads four times a request, starts a thread for each, and writes a body to disk before anybody reads
it. A viewer asks for hundreds of frames a second, and a sender's study need not lie on the disk twice.

No thread is held while a client takes its time to read: the next pieces are fetched when the last ones are gone. What streams must
therefore use the database only within one piece.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core import signals
from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.base import BaseHandler
from django.db import connections
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix
from django.utils.translation import gettext as _

from imaging.common.errors import LightboxError, TooLarge
from imaging.dicomweb.repeats import Asked, asked, keep, repeated

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[..., Awaitable[None]]
PLACES = ("/dicomweb", "/wado")
PIECE = 1 << 20


class BodyGone(LightboxError):
    """The client went away in the middle of its request."""


class Body:
    """The body of a request, to be read in a thread as it comes off the wire, a piece ahead of the reader; nothing is kept of it."""

    def __init__(self, receive: Receive, loop: asyncio.AbstractEventLoop) -> None:
        self.receive, self._loop = receive, loop
        self._waiting: deque[memoryview] = deque()
        self._size, self._ended, self._is_gone = 0, False, False
        self._coming: Future[Piece] | None = None

    def read(self, size: int = -1) -> bytes:
        """`size` bytes, fewer at the end; without a size all, when they are no more than a form may have.

        Raises BodyGone when the client went away, after what came before has been read; TooLarge.
        """
        most = int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE) + 1
        wanted = most if size < 0 else size
        while self._size < wanted and not self._ended:
            self._take_in(self._asked().result())
        if wanted and not self._size and self._is_gone:
            raise BodyGone(_("The client went away in the middle of its request."))
        if size < 0 and self._size >= most:
            raise TooLarge(_("This is more than Lightbox takes at once."))
        taken = b"".join(self._taken(wanted))
        if self._size < PIECE and not self._ended:
            self._asked()
        return taken

    def _asked(self) -> "Future[Piece]":
        if self._coming is None:
            self._coming = asyncio.run_coroutine_threadsafe(_piece(self.receive), self._loop)
        return self._coming

    def _take_in(self, piece: "Piece") -> None:
        self._coming = None
        self._waiting += piece.parts
        self._size += piece.size
        self._ended, self._is_gone = piece.is_last, piece.is_broken

    def _taken(self, wanted: int) -> Iterator[memoryview]:
        while wanted > 0 and self._waiting:
            part = self._waiting.popleft()
            if len(part) > wanted:
                self._waiting.appendleft(part[wanted:])
                part = part[:wanted]
            self._size -= len(part)
            wanted -= len(part)
            yield part


@dataclass
class Piece:
    """About a megabyte of a body, so that the threads change over seldom."""

    parts: list[memoryview] = field(default_factory=list)
    size: int = 0
    is_last: bool = False
    is_broken: bool = False
    """The client went away after it."""


async def _piece(receive: Receive) -> Piece:
    piece = Piece()
    while piece.size < PIECE and not piece.is_last:
        message = await receive()
        if message["type"] == "http.disconnect":
            piece.is_last = piece.is_broken = True
            break
        part = message.get("body", b"")
        piece.parts.append(memoryview(part))
        piece.size += len(part)
        piece.is_last = not message.get("more_body", False)
    return piece


class ThreadGate(BaseHandler):
    """DICOMweb here, everything else by `application`."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.threads = ThreadPoolExecutor(settings.DICOMWEB_THREADS, thread_name_prefix="dicomweb")
        self.load_middleware(is_async=False)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PLACES):
            await self.application(scope, receive, send)
            return
        body = Body(receive, asyncio.get_running_loop())
        response = await self._in_thread(self._answer, scope, body)
        try:
            await self._send(response, scope, send, body)
        finally:
            if response.streaming:
                await self._in_thread(response.close)

    async def _in_thread(self, work: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self.threads, _finished, work, *arguments)

    def _answer(self, scope: Message, body: Body) -> HttpResponseBase:
        wanted = asked(scope)
        response = repeated(wanted) if wanted else None
        if response is not None:
            return response
        response = self._in_full(scope, body, wanted)
        if not response.streaming:
            response.close()
        return response

    def _in_full(self, scope: Message, body: Body, wanted: Asked | None) -> HttpResponseBase:
        set_script_prefix(scope.get("root_path", ""))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request = ASGIRequest(scope, cast(BinaryIO, body))
        response = self.get_response(request)
        if wanted is not None:
            keep(wanted, request, response)
        return response

    async def _send(self, response: HttpResponseBase, scope: Message, send: Send, body: Body) -> None:
        await send({"type": "http.response.start", "status": response.status_code, "headers": _headers(response)})
        if scope["method"] == "HEAD":
            await send({"type": "http.response.body", "body": b""})
        elif not response.streaming:
            await send({"type": "http.response.body", "body": response.content})  # type: ignore[attr-defined]
        else:
            await self._stream(iter(response), send, body)

    async def _stream(self, pieces: Iterator[bytes], send: Send, body: Body) -> None:
        gone = asyncio.ensure_future(_gone(body.receive))
        try:
            while (piece := await self._in_thread(_next, pieces)) and not gone.done():
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            gone.cancel()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _finished(work: Callable[..., Any], *arguments: Any) -> Any:
    """Do `work` and give the database connection of this thread back."""
    try:
        return work(*arguments)
    finally:
        connections.close_all()


def _next(pieces: Iterator[bytes]) -> bytes:
    """The next pieces, about a megabyte of them; nothing at the end."""
    first = next(pieces, b"")
    if len(first) >= PIECE:
        return first
    gathered = [first]
    size = len(first)
    for piece in pieces:
        gathered.append(piece)
        size += len(piece)
        if size >= PIECE:
            break
    return b"".join(gathered)


def _headers(response: HttpResponseBase) -> list[tuple[bytes, bytes]]:
    found = [(name.encode("ascii"), value.encode("latin-1")) for name, value in response.items()]
    return found + [(b"Set-Cookie", cookie.output(header="").strip().encode("ascii")) for cookie in response.cookies.values()]
