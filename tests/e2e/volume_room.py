"""The volume room as a test drives it: where places of a made volume are drawn, and what is drawn there."""

import io
import re
import time
from collections.abc import Callable

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from imaging.access.models import User
from imaging.archive.models import Study
from tests.imaging.phantoms import Ball, Phantom

SLOW = 40_000
SignIn = Callable[[User], Page]
Place = tuple[float, float, float]

BALL = Ball((20.0, 14.5, -260.0), 9, 1000)
PHANTOM = Phantom((BALL,))
# Which way the screen's right and lower edges point in the patient, for each plane.
SIDES: dict[str, tuple[Place, Place]] = {
    "axial": ((1, 0, 0), (0, 1, 0)),
    "coronal": ((1, 0, 0), (0, 0, -1)),
    "sagittal": ((0, 1, 0), (0, 0, -1)),
}


def opened(page: Page, site: str, study: Study) -> Page:
    page.goto(f"{site}/viewer/{study.study_instance_uid}/")
    expect(page.locator("html")).to_have_attribute("data-viewer", "complete", timeout=SLOW)
    return page


def in_room(page: Page, key: str = "u") -> Page:
    page.keyboard.press(key)
    expect(page.locator("[data-room]")).to_have_attribute("data-state", "shown", timeout=SLOW)
    return page


def view(page: Page, name: str) -> Locator:
    return page.locator(f'[data-view="view-{name}"]')


def grey(locator: Locator) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(locator.screenshot())).convert("L")).astype(float)


def dot(a: Place, b: Place) -> float:
    return sum(one * other for one, other in zip(a, b, strict=True))


def scale_of(phantom: Phantom, plane: str, width: float, height: float) -> float:
    """Screen pixels for a millimetre when the whole volume fits the view."""
    sizes = (phantom.columns * phantom.spacing[0], phantom.rows * phantom.spacing[1], phantom.slices * phantom.spacing[2])
    right, down = SIDES[plane]
    across, along = (sum(abs(part) * size for part, size in zip(side, sizes, strict=True)) for side in (right, down))
    return min(width / across, height / along)


def pixel_of(phantom: Phantom, place: Place, plane: str, width: float, height: float) -> tuple[float, float]:
    """Where a place is drawn in a view that shows the whole volume."""
    counts = (phantom.columns, phantom.rows, phantom.slices)
    middle = [start + (count - 1) / 2 * step for start, count, step in zip(phantom.origin, counts, phantom.spacing, strict=True)]
    away = tuple(part - centre for part, centre in zip(place, middle, strict=True))
    right, down = SIDES[plane]
    scale = scale_of(phantom, plane, width, height)
    return width / 2 + dot(away, right) * scale, height / 2 + dot(away, down) * scale  # type: ignore[arg-type]


def ball_in(page: Page, plane: str, around: tuple[float, float], reach: int) -> tuple[float, float, float]:
    """Middle and width of what is bright around a pixel of a view."""
    shot = grey(view(page, plane))
    left, top = int(max(0, around[0] - reach)), int(max(0, around[1] - reach))
    ys, xs = np.nonzero(shot[top : top + 2 * reach, left : left + 2 * reach] > 150)
    assert xs.size, f"nothing bright in the {plane} view"
    return left + (xs.min() + xs.max()) / 2, top + (ys.min() + ys.max()) / 2, float(xs.max() - xs.min() + 1)


def size(page: Page, plane: str) -> tuple[float, float]:
    box = view(page, plane).bounding_box()
    assert box is not None
    return box["width"], box["height"]


def click_at(page: Page, plane: str, x: float, y: float) -> None:
    view(page, plane).click(position={"x": x, "y": y})


def at_the_ball(page: Page, key: str = "u") -> Page:
    """Open the planes on the slice through the ball and put the crosshair into it."""
    for _ in range(2):
        page.keyboard.press("PageDown")
    expect(page.locator('.pane [data-part="where"]').first).to_contain_text("Im 21 / 40")
    expect(page.locator("html")).to_have_attribute("data-viewer", "complete", timeout=SLOW)
    in_room(page, key)
    click_at(page, "axial", *pixel_of(PHANTOM, BALL.place, "axial", *size(page, "axial")))
    expect(view(page, "coronal").locator('[data-part="where"]')).to_contain_text(re.compile(r"y 14\.\d mm"))
    return page


def drag(page: Page, plane: str, start: tuple[float, float], end: tuple[float, float]) -> None:
    box = view(page, plane).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + start[0], box["y"] + start[1])
    page.mouse.down()
    for part in (0.3, 0.6, 1):
        page.mouse.move(box["x"] + start[0] + (end[0] - start[0]) * part, box["y"] + start[1] + (end[1] - start[1]) * part)
    page.mouse.up()


def on_screen(page: Page, plane: str, place: tuple[float, float]) -> tuple[float, float]:
    box = view(page, plane).bounding_box()
    assert box is not None
    return box["x"] + place[0], box["y"] + place[1]


def turning_handle(page: Page) -> tuple[float, float]:
    """The handle of the coronal line right of the middle of the axial view."""
    circles = view(page, "axial").locator("svg circle")
    expect(circles).not_to_have_count(0)
    places = circles.evaluate_all("all => all.map(circle => [circle.cx.baseVal.value, circle.cy.baseVal.value])")
    width, height = size(page, "axial")
    return next((x, y) for x, y in places if x > width / 2 + 40 and abs(y - height / 2) < 4)


def brightness(page: Page, name: str, place: tuple[float, float]) -> float:
    x, y = (int(part) for part in place)
    return float(grey(view(page, name))[y - 4 : y + 4, x - 4 : x + 4].mean())


def until(wanted: Callable[[], bool]) -> None:
    """Wait for what is drawn: the picture itself tells nothing else."""
    end = time.monotonic() + 15
    while not wanted():
        assert time.monotonic() < end, "it was not drawn"


def colour_at(page: Page, name: str, place: tuple[float, float]) -> tuple[float, ...]:
    shot = np.asarray(Image.open(io.BytesIO(view(page, name).screenshot())).convert("RGB")).astype(float)
    x, y = (int(part) for part in place)
    return tuple(shot[y - 6 : y - 3, x - 6 : x - 3].mean(axis=(0, 1)))
