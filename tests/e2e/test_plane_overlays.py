"""Objects over cut planes in a real browser: segments, labels, contours and dose where they lie in the patient, switched by the list.

Not covered: planes between the upright ones (static/viewer/tests/cuts.test.ts), and how fast large objects are drawn.
"""

import base64
import io

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from imaging.archive.models import Study
from tests import people
from tests.e2e.test_objects import tile
from tests.e2e.volume_room import PHANTOM, SignIn, in_room, opened, pixel_of, scale_of, size, until, view
from tests.imaging import pictures
from tests.imaging.phantoms import FRAME
from tests.imaging.viewer.objects import foreign
from tests.imaging.viewer.objects.marked import slices

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def over(page: Page, plane: str) -> np.ndarray:
    """What is painted over a plane: rows x columns x RGBA."""
    address = view(page, plane).locator("canvas[data-layer]").evaluate("canvas => canvas.toDataURL('image/png')")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))).convert("RGBA"))


def extent(page: Page, plane: str) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what is painted; nothing is four times -1."""
    rows, columns = np.nonzero(over(page, plane)[..., 3] > 50)
    return (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1) if rows.size else (-1, -1, -1, -1)


def expected(page: Page, plane: str, low: tuple[float, float, float], high: tuple[float, float, float]) -> tuple[float, ...]:
    """Where a box in the patient is drawn."""
    ends = [pixel_of(PHANTOM, corner, plane, *size(page, plane)) for corner in (low, high)]
    (x1, y1), (x2, y2) = ends
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def lies(page: Page, plane: str, low: tuple[float, float, float], high: tuple[float, float, float], within: float) -> None:
    until(lambda: extent(page, plane) != (-1, -1, -1, -1))
    assert extent(page, plane) == pytest.approx(
        expected(page, plane, low, high), abs=within * scale_of(PHANTOM, plane, *size(page, plane)) + 1
    )


def study_with_objects() -> Study:
    """A volume with a box in it as segments, as labels, as contours and as dose, and with contours of another frame of reference."""
    study = PHANTOM.send()
    shown = slices(study)
    masks = np.zeros((40, 64, 96, 1), np.uint8)
    masks[15:26, 30:50, 40:80, 0] = 1  # x -8 to 31, y -5 to 23.5, z -270 to -250
    for kind in ("BINARY", "LABELMAP"):
        sent = foreign.segmentation([foreign.read(one) for one in shown], masks, kind=kind)
        sent.Modality = "SEG" if kind == "BINARY" else "LAB"
        pictures.send(sent)
    square = [[-10.0, -10, z, 30, -10, z, 30, 25, z, -10, 25, z] for z in range(-270, -249, 2)]
    contours = foreign.structure_set(study, {"GTV": square}, frame_of_reference=FRAME)
    contours.SeriesDescription = "Contours"
    pictures.send(contours)
    grid = np.zeros((11, 30, 30), np.uint32)
    grid[2:9, 5:25, 5:25] = 60_000
    placed = {"ImagePositionPatient": [-20, -20, -270], "PixelSpacing": [2, 2], "FrameOfReferenceUID": FRAME}
    pictures.send(foreign.dose(study, grid, **placed))
    pictures.send(foreign.structure_set(study, {"Elsewhere": square}, frame_of_reference="9.8.7"))
    return study


def in_planes(page: Page, site: str) -> Page:
    """The planes through the box, beside the list; that stays open from here on, so that they have one size."""
    opened(page, site, study_with_objects())
    for _step in range(2):
        page.keyboard.press("PageDown")
    in_room(page)
    tile(page, "RTSTRUCT").click()
    expect(page.locator('[data-object="structures"]')).to_contain_text("another frame of reference")
    drawn = view(page, "axial").locator("canvas.cornerstone-canvas")
    until(lambda: drawn.evaluate("canvas => Math.abs(canvas.clientWidth * devicePixelRatio - canvas.width) < 2"))
    view(page, "axial").focus()
    page.keyboard.press("x")
    return page


def test_objects_lie_over_the_planes_where_they_lie_in_the_patient(site: str, sign_in: SignIn) -> None:
    page = in_planes(sign_in(people.radiologist()), site)
    for modality in ("SEG", "LAB"):
        tile(page, modality).click()
        panel = page.locator('[data-object="segmentation"]')
        expect(panel).to_contain_text("Lesion 1")
        expect(page.locator("[data-room]")).to_be_visible()
        for plane in ("axial", "coronal", "sagittal"):
            lies(page, plane, (-8.5, -5.75, -271), (31.5, 24.25, -249), 1.0)
        whole = (over(page, "axial")[..., 3] > 50).sum()
        panel.get_by_role("checkbox", name="Outline only").check()
        until(lambda before=whole: 0 < (over(page, "axial")[..., 3] > 50).sum() < before / 5)  # type: ignore[misc]
        panel.get_by_role("checkbox", name="Lesion 1").uncheck()
        until(lambda: extent(page, "coronal") == (-1, -1, -1, -1))
        panel.get_by_role("button", name="Close").click()

    tile(page, "RTDOSE").click()
    panel = page.locator('[data-object="dose"]')
    expect(panel).to_contain_text("≥ 95 % · 57.0 Gy")
    for plane in ("axial", "coronal"):
        lies(page, plane, (-11.8, -11.8, -267.8), (29.8, 29.8, -252.2), 0.8)
    panel.get_by_role("button", name="Close").click()

    page.locator(".rail-tile", has_text="Contours").click()
    for plane in ("axial", "coronal", "sagittal"):
        lies(page, plane, (-10, -10, -271), (30, 25, -249), 0.8)
    page.locator('[data-object="structures"]').last.get_by_role("slider").fill("1")
    middle = pixel_of(PHANTOM, (15, 12, -260), "coronal", *size(page, "coronal"))
    red, green, blue, alpha = over(page, "coronal")[int(middle[1]), int(middle[0])]
    assert (red, green, blue) == (0, 255, 0)
    assert alpha == pytest.approx(128, abs=2)
    view(page, "axial").focus()
    page.keyboard.press("Escape")
    expect(page.locator("[data-room]")).to_be_hidden()
