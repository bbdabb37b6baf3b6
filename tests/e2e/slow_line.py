"""A line between server and browser that a test holds in its hand: frames stop half-way, are cut there, and go on when told."""

import asyncio
import re
from collections.abc import MutableMapping
from typing import Any

from playwright.sync_api import Page, Route

Message = MutableMapping[str, Any]
A_FRAME = re.compile(r"/instances/[\d.]+/frames/\d+$")


class Cut(Exception):
    """The connection ends here."""


class SlowLine:
    """An ASGI application in front of another one. Without `share` everything passes."""

    def __init__(self, application: Any) -> None:
        self.application = application
        self.share: float | None = None
        self.is_cut = False
        self.passing = 0
        self.asked: list[tuple[str, str, str]] = []
        """Path, Accept and Range of every request for a frame."""
        self.sent_bytes = 0
        """Of DICOMweb: frames and metadata."""

    def hold_after(self, share: float, *, but_first: bool = False) -> None:
        """Let only this share of each frame through; the rest waits. `but_first`: the next frame comes whole."""
        self.share, self.passing = share, int(but_first)

    def cut(self) -> None:
        """Cut off what waits, and every frame that is asked for from now on."""
        self.is_cut = True

    def release(self) -> None:
        self.share, self.is_cut = None, False

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/dicomweb"):
            await self.application(scope, receive, send)
        elif A_FRAME.search(scope["path"]):
            await self._frame(scope, receive, self._counting(send))
        else:
            await self.application(scope, receive, self._counting(send))

    def _counting(self, send: Any) -> Any:
        async def counted(message: Message) -> None:
            self.sent_bytes += len(message.get("body", b""))
            await send(message)

        return counted

    async def _frame(self, scope: Message, receive: Any, send: Any) -> None:
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"if-none-match"]  # a browser's memory is no line
        self.asked.append((scope["path"], headers.get("accept", ""), headers.get("range", "")))

        if self.passing:
            self.passing -= 1
            await self.application(scope, receive, send)
            return

        async def halting(message: Message) -> None:
            body = message.get("body", b"")
            if self.share is None or message["type"] != "http.response.body" or not body:
                await send(message)
                return
            there = int(len(body) * self.share)
            await send({"type": "http.response.body", "body": body[:there], "more_body": True})
            while self.share is not None:
                if self.is_cut:
                    raise Cut
                await asyncio.sleep(0.02)
            await send({**message, "body": body[there:]})

        await self.application(scope, receive, halting)


def held(page: Page, pattern: str) -> list[Route]:
    """The requests to such an address, as they come; each waits until the test continues it."""
    waiting: list[Route] = []

    def wait(route: Route) -> None:
        waiting.append(route)

    page.route(pattern, wait)
    return waiting
