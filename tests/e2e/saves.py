"""Waiting for what is measured to be saved: on a busy machine the hand rests on its way, and what is saved then is not the last."""

from collections.abc import Callable, Collection
from typing import Any

from playwright.sync_api import Page, Response

SECONDS = 30.0
WAITING = "below => Object.keys(localStorage).some(name => name.startsWith('lightbox.viewer.outbox') && name.includes(below))"
WATCH = "window.lastUp ??= (addEventListener('mouseup', () => { window.lastUp = Date.now() }, true), 0)"


def saved(page: Page, act: Callable[[], Any], *, below: str, known: Collection[str] = ()) -> None:
    """Do `act`, and wait until a mark that is not among `known` was saved at an address with `below` in it, after the button was let go."""
    answers: list[Response] = []

    def heard(answer: Response) -> None:
        uid = answer.url.rstrip("/").rsplit("/", 1)[-1]
        if answer.request.method == "PUT" and below in answer.url and answer.ok and uid not in known:
            answers.append(answer)

    page.evaluate(WATCH)
    page.on("response", heard)
    try:
        act()
        let_go = page.evaluate("window.lastUp")
        left = SECONDS * 1000
        # What was answered may be from a place on the way of the hand.
        while page.evaluate(WAITING, below) or not any(answer.request.timing["startTime"] >= let_go for answer in answers):
            assert left > 0, f"nothing was saved below {below}"
            page.wait_for_timeout(20)
            left -= 20
    finally:
        page.remove_listener("response", heard)
