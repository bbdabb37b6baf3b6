"""The end of a tab without a farewell: its process dies, no event of the page runs."""

from contextlib import suppress

from playwright.sync_api import Error, Page


def crash(page: Page) -> None:
    with page.expect_event("crash"), suppress(Error):
        page.goto("chrome://crash", timeout=5000)
