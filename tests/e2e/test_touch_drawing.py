"""Every measuring tool draws with fingers.

Not covered: what each of them measures (test_measurements.py), two fingers at once.
"""

import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from imaging.viewer.models import Annotation
from tests import browser as chromium
from tests import people
from tests.e2e.test_measurements import Bench, Point, ring
from tests.e2e.test_viewer import opened
from tests.imaging import pictures

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SECOND_TAP_MS = 350
"""A tap that comes sooner would be the second of a double tap."""


ATTEMPTS, SECONDS = 3, 10
"""On a busy machine a finger rests longer than a tap may take, and draws nothing; whoever taps again draws."""


def is_kept(tool: str) -> bool:
    end = time.monotonic() + SECONDS
    while not (found := Annotation.objects.filter(tool=tool, removed_at=None).exists()) and time.monotonic() < end:
        time.sleep(0.05)
    return found


class Finger:
    def __init__(self, bench: Bench) -> None:
        self.bench, self.line = bench, bench.page.context.new_cdp_session(bench.page)

    def _tell(self, kind: str, *places: Point) -> None:
        points = [dict(zip("xy", self.bench.at(place), strict=True)) for place in places]
        self.line.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def drag(self, *places: Point) -> None:
        self._tell("touchStart", places[0])
        for start, end in pairwise(places):
            for step in (1, 2, 3):
                self._tell("touchMove", (start[0] + (end[0] - start[0]) * step / 3, start[1] + (end[1] - start[1]) * step / 3))
        self._tell("touchEnd")

    def tap(self, *places: Point) -> None:
        for place in places:
            self._tell("touchStart", place)
            self._tell("touchEnd")
            self.bench.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
            self.bench.page.wait_for_timeout(SECOND_TAP_MS)


@pytest.fixture
def touched(site: str, browser: Browser) -> Iterator[Page]:
    """A page on a touch screen."""
    client = Client()
    client.force_login(people.radiologist())
    context = browser.new_context(viewport=chromium.SCREEN, has_touch=True, reduced_motion="reduce", locale="en-GB")
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])
    yield context.new_page()
    context.close()


def test_every_tool_draws_with_a_finger(site: str, touched: Page) -> None:
    bench = Bench(opened(touched, site, pictures.stack(14, PixelSpacing=[0.5, 0.5])))
    finger, page = Finger(bench), bench.page

    def write() -> None:
        words = page.get_by_role("textbox", name="Words on the picture")
        expect(words).to_be_visible()
        words.fill("nodule")
        page.keyboard.press("Enter")

    corners = ((30, 30), (90, 30), (90, 90), (30, 30))
    oval = list(ring((64, 64), 30, 20, 20))
    cases: list[tuple[str, str, Callable[[], Any]]] = [
        ("l", "Length", lambda: finger.drag((20, 20), (80, 60))),
        ("Shift+L", "Bidirectional", lambda: finger.drag((20, 20), (80, 60))),
        ("Shift+C", "CardiothoracicRatio", lambda: (finger.drag((40, 80), (80, 80)), finger.drag((14, 90), (114, 90)))),
        ("a", "Angle", lambda: (finger.drag((110, 64), (30, 64)), finger.drag((30, 64), (80, 14)))),
        ("Shift+A", "CobbAngle", lambda: (finger.drag((20, 30), (100, 30)), finger.drag((20, 120), (100, 70)))),
        ("o", "EllipticalROI", lambda: finger.drag((64, 64), (90, 84))),
        ("Shift+O", "CircleROI", lambda: finger.drag((64, 64), (90, 64))),
        ("b", "RectangleROI", lambda: finger.drag((20, 20), (80, 60))),
        ("d", "PlanarFreehandROI", lambda: finger.drag(*oval, oval[0])),
        ("Shift+D", "SplineROI", lambda: finger.tap(*corners)),
        ("q", "LivewireContour", lambda: finger.tap(*corners)),
        ("v", "Probe", lambda: finger.tap((50, 50))),
        ("Shift+M", "ArrowAnnotate", lambda: (finger.drag((40, 40), (80, 60)), write())),
        ("Shift+N", "Label", lambda: (finger.tap((40, 40)), write())),
    ]
    for key, tool, act in cases:
        page.keyboard.press(key)
        for _attempt in range(ATTEMPTS):
            act()
            if is_kept(tool):
                break
            page.keyboard.press("Escape")
        assert is_kept(tool), f"{tool} was not kept"
        page.keyboard.press("ArrowDown")
