"""What a request may bring, decided before its body is taken off the wire.

Django writes a body to a temporary file before anybody is asked who sends it: without this door, anyone who reaches the port could fill
the disk.
"""

import io
import json
from collections.abc import Awaitable, Callable, MutableMapping
from importlib import import_module
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.core.handlers.asgi import ASGIRequest
from django.db import connections
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from imaging.access.authentication import BearerAuthentication
from imaging.access.policy import Person, may
from imaging.access.roles import Act
from imaging.dicomweb.authentication import BasicAuthentication

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[..., Awaitable[None]]
STORE = "/dicomweb/studies"


class UploadGate:
    """Forms and JSON up to LIGHTBOX_FORM_BYTES; images up to LIGHTBOX_STOW_BYTES, from who may send images in."""

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            await self.application(scope, receive, send)
            return
        announced = _length(scope)
        limit = int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        if scope["path"].startswith(STORE) and (announced is None or announced > limit):
            if not await sync_to_async(_may_store)(scope):
                await self.application(scope, _emptied(receive), send)  # it says what is wrong with the sender
                return
            limit = int(settings.STOW_BYTES)
        if announced is not None and announced > limit:
            await _refuse(send)
            return
        await self._counted(scope, receive, send, limit)

    async def _counted(self, scope: Message, receive: Receive, send: Send, limit: int) -> None:
        """A body that does not announce its length is counted as it comes."""
        taken, refused = 0, False

        async def counting() -> Message:
            nonlocal taken, refused
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit and not refused:
                refused = True
                await _refuse(send)
            return {"type": "http.disconnect"} if refused else message

        async def sending(message: Message) -> None:
            if not refused:
                await send(message)

        await self.application(scope, counting, sending)


def _emptied(receive: Receive) -> Receive:
    """An empty body; what does come is thrown away."""
    is_told = False

    async def receiving() -> Message:
        nonlocal is_told
        if not is_told:
            is_told = True
            return {"type": "http.request", "body": b"", "more_body": False}
        while (message := await receive())["type"] != "http.disconnect":
            pass
        return message

    return receiving


def _length(scope: Message) -> int | None:
    """The announced length of the body; None when it comes in chunks."""
    headers = dict(scope["headers"])
    if b"transfer-encoding" in headers:
        return None
    text = headers.get(b"content-length", b"0")
    return int(text) if text.isdigit() else 0


async def _refuse(send: Send) -> None:
    body = json.dumps({"status": 413, "code": "too-large", "detail": "This is more than Lightbox takes in one request."}).encode()
    headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _may_store(scope: Message) -> bool:
    try:
        return may(_sender(ASGIRequest(scope, io.BytesIO())), Act.IMAGES_STORE)
    except AuthenticationFailed:
        return False
    finally:
        connections.close_all()


def _sender(request: ASGIRequest) -> Person:
    """Who sends, by token, by name and password, or by the session's cookie. Raises AuthenticationFailed."""
    for way in (BearerAuthentication(), BasicAuthentication()):
        found = way.authenticate(Request(request))
        if found is not None:
            return found[0]
    store = import_module(settings.SESSION_ENGINE).SessionStore
    request.session = store(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
    return get_user(request)
