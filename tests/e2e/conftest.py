"""A real browser against the real site: uvicorn in a thread, Chromium from Debian, the test's own database."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page

from config.asgi import application
from imaging.access.models import User
from tests import browser
from tests.web_server import served

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"

# Playwright's synchronous interface runs an event loop in this thread; the test's own queries are still made one by one.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    return browser.launch_options()


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, object]:
    return {"viewport": browser.SCREEN, "reduced_motion": "reduce", "locale": "en-GB"}


@pytest.fixture
def site(transactional_db: None) -> Iterator[str]:
    """The address of the site, served as in production (ASGI, whitenoise), on this test's database."""
    if not (ROOT / "static" / "build" / "app.js").exists():
        pytest.fail("the front end is not built: npm ci && npm run build")
    with served(application) as address:
        yield address


@pytest.fixture
def sign_in(site: str, context: BrowserContext, page: Page) -> Callable[[User], Page]:
    """Sign somebody in without the form; gives their window."""

    def signed_in(user: User) -> Page:
        client = Client()
        client.force_login(user)
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": site}])
        return page

    return signed_in


@pytest.fixture
def no_serious_fault() -> Callable[[Page], None]:
    """Fails when axe finds a serious or critical fault in the page as it stands (WCAG 2.2 A and AA)."""

    def check(page: Page) -> None:
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        faults = [
            f"{one['id']}: {node['html'][:160]} ({node['failureSummary'].splitlines()[-1].strip()})"
            for one in found["violations"]
            if one["impact"] in {"serious", "critical"}
            for node in one["nodes"]
        ]
        assert not faults, "\n".join(faults)

    return check
