"""The test-suite of npm's `dicomweb-client`, unchanged, in a real browser against our DICOMweb.

It calls the archive that its authors test against by a fixed address, without signing in: here the browser's requests to that address are
led to ours and signed. Not covered: its runner, Karma; Jasmine is told by this page to begin.
"""

import mimetypes
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route

from imaging.access.services import token_create
from imaging.archive.models import Instance
from tests import people

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "var" / "outside" / "dicomweb-client" / "package"
JASMINE = ROOT / "node_modules" / "jasmine-core" / "lib" / "jasmine-core"
RUNNER, ARCHIVE = "http://localhost:9876", "http://localhost:8008/dcm4chee-arc/aets/DCM4CHEE/rs"
SECONDS = 90
PAGE = """<!doctype html><title>dicomweb-client</title>
<script src="/jasmine/jasmine.js"></script><script src="/begin.js"></script>
<script src="/base/build/dicomweb-client.js"></script><script src="/base/test/test.js"></script><script src="/run.js"></script>"""
BEGIN = """
window.told = []
jasmine.getEnv().addReporter({
  specDone: spec => window.told.push({ name: spec.fullName, status: spec.status, why: spec.failedExpectations.map(one => one.message) }),
  jasmineDone: () => { document.title = 'done' },
})
"""
TEXTS = {"/": PAGE, "/begin.js": BEGIN, "/run.js": "jasmine.getEnv().execute()"}


def show_suite(route: Route) -> None:
    """Serve the suite's own files, as its runner would."""
    path = urlsplit(route.request.url).path
    if path in TEXTS:
        route.fulfill(body=TEXTS[path], content_type="text/html" if path == "/" else "text/javascript")
        return
    folder, _slash, name = path.removeprefix("/").partition("/")
    file = {"jasmine": JASMINE, "base": PACKAGE}[folder] / name
    route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file.name)[0] or "application/octet-stream")


def lead_to(site: str, token: str) -> Callable[[Route], None]:
    """Sends the browser's requests to us, signed, and lets the page of another origin see the answer."""

    def lead(route: Route) -> None:
        allowed = {"access-control-allow-origin": RUNNER, "access-control-allow-headers": "*", "access-control-expose-headers": "*"}
        if route.request.method == "OPTIONS":
            route.fulfill(status=204, headers=allowed)
            return
        url = route.request.url.replace(ARCHIVE, f"{site}/dicomweb")
        answer = route.fetch(url=url, headers={**route.request.headers, "authorization": f"Bearer {token}"})
        route.fulfill(response=answer, headers={**answer.headers, **allowed})

    return lead


def test_its_suite_passes(site: str, page: Page) -> None:
    if not PACKAGE.exists():
        pytest.fail("npm's dicomweb-client is not there: run make test once.")
    lead = lead_to(site, token_create(user=people.pacs_admin()))
    page.route(f"{RUNNER}/**", show_suite)
    page.route("http://localhost:8008/**", lead)
    page.route(f"{site}/**", lead)
    page.goto(f"{RUNNER}/")
    page.wait_for_function("document.title === 'done'", timeout=SECONDS * 1000)
    told: list[dict[str, Any]] = page.evaluate("window.told")
    assert {spec["name"]: spec["why"] for spec in told if spec["status"] != "passed"} == {}
    assert len(told) == 11
    assert Instance.objects.count() == 4
