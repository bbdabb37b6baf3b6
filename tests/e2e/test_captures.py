"""Key images of the volume room in a real browser: what is seen goes into the archive and the report, once, and is taken back.

Not covered: what the server refuses (tests/imaging/viewer/captures), graphics hardware.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect
from pydicom import dcmread
from pydicom.dataset import Dataset

from imaging.access.models import User
from imaging.archive.models import Instance
from imaging.archive.pictures.pixels import file_of
from imaging.viewer.models import KeyImage
from imaging.viewer.planes.models import PlaneMark
from tests import people
from tests.e2e.saves import saved
from tests.e2e.test_fusion import pet_study
from tests.e2e.volume_room import BALL, PHANTOM, at_the_ball, drag, in_room, opened, pixel_of, scale_of, size, until, view
from tests.imaging import pictures
from tests.reporting import stories

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SignIn = Callable[[User], Page]
SERIES = "9104"


def kept(page: Page) -> Dataset:
    """Press the key; the object that the archive has then, which it had not before."""
    known = set(KeyImage.objects.values_list("pk", flat=True))
    page.keyboard.press("k")
    until(lambda: KeyImage.objects.exclude(pk__in=known).exists())
    made = KeyImage.objects.exclude(pk__in=known).select_related("instance").get()
    with file_of(made.instance) as file:
        picture = dcmread(file)
    expect(page.locator("[data-announce]")).to_have_text("Key image kept")
    return picture


def colours(picture: Dataset, width: float = 0) -> Any:
    """Its colours; of one that is `width` wide on the screen as it was seen there."""
    shown = Image.fromarray(picture.pixel_array)
    size = (round(width), round(shown.height * width / shown.width)) if width else shown.size
    return np.asarray(shown.resize(size, Image.Resampling.BOX)).astype(int)


def bright(part: Any) -> int:
    return int((part.min(axis=-1) > 230).sum())


def test_a_cut_plane_is_kept_as_it_is_seen_and_taken_back(site: str, sign_in: SignIn) -> None:
    exam = pictures.exam_of(people.lin_mei_hua())
    study = PHANTOM.send(**pictures.matching(exam))
    stories.written(exam, people.radiologist())
    page = at_the_ball(opened(sign_in(people.radiologist()), site, study))
    page.locator("[data-room-slab]").select_option("mip")
    width, height = size(page, "axial")
    x, y = pixel_of(PHANTOM, BALL.place, "axial", width, height)
    page.keyboard.press("l")
    saved(page, lambda: drag(page, "axial", (x - 60, y + 60), (x + 40, y + 60)), below="/plane-marks/")
    measured = {str(uid) for uid in PlaneMark.objects.values_list("uid", flat=True)}
    picture = kept(page)
    seen = colours(picture, width)
    larger = 1024 / max(width, height)
    assert (picture.Columns, picture.Rows) == (pytest.approx(width * larger, abs=2), pytest.approx(height * larger, abs=2))
    assert seen[round(y), round(x)].min() > 230, "the ball is white"
    assert picture.PixelSpacing[0] == pytest.approx(1 / larger / scale_of(PHANTOM, "axial", width, height), rel=0.01)
    line = seen[round(y + 60) - 3 : round(y + 60) + 4, round(x - 30)]
    assert (line[..., 0] - line[..., 2]).max() > 60, "the length is drawn, in gold"
    across = (seen[..., 1] - seen[..., 0]).max(), (seen[..., 2] - seen[..., 0]).max()
    assert max(across) < 60, "neither the blue nor the green line of the crosshair"
    for edge in (seen[:24, round(width / 2) - 12 : round(width / 2) + 12], seen[round(height / 2) - 12 : round(height / 2) + 12, :30]):
        assert bright(edge) > 10, "the letter of the side"
    scale = max(int(part.sum()) for part in (picture.pixel_array[-60:, -picture.Columns // 3 :].min(axis=-1) > 200))
    assert scale * picture.PixelSpacing[0] == pytest.approx(20, abs=0.5), "two centimetres are as long as they are"
    assert "Axial plane; maximum intensity slab of 10 mm; series" in picture.DerivationDescription
    assert "HU" in picture.DerivationDescription
    nearest = Instance.objects.get(sop_instance_uid=picture.SourceImageSequence[0].ReferencedSOPInstanceUID)
    assert nearest.instance_number == 21
    expect(page.locator(".rail-tile", has_text=SERIES)).to_have_count(1)
    expect(page.locator("#report-key-images img")).to_have_count(1)
    saved(page, lambda: drag(page, "axial", (x - 60, y - 60), (x + 40, y - 60)), below="/plane-marks/", known=measured)
    page.keyboard.press("Control+z")
    expect(view(page, "axial").locator("svg text")).to_have_count(1)
    expect(page.locator("#report-key-images img")).to_have_count(1)
    page.keyboard.press("Control+z")
    expect(page.locator("[data-announce]")).to_have_text("Key image taken back")
    expect(page.locator("#report-key-images img")).to_have_count(0)
    expect(view(page, "axial").locator("svg text").first).to_contain_text("mm")
    page.keyboard.press("Control+z")
    expect(view(page, "axial").locator("svg text")).to_have_count(0)


def test_a_volume_rendering_is_kept(site: str, sign_in: SignIn) -> None:
    page = in_room(opened(sign_in(people.radiologist()), site, PHANTOM.send()), "Shift+U")
    picture = kept(page)
    assert list(picture.ImageType) == ["DERIVED", "SECONDARY", "VOLUME RENDERING"]
    assert "Volume rendering, preset bone; series" in picture.DerivationDescription
    assert "PixelSpacing" not in picture
    seen = colours(picture)
    assert np.ptp(seen[seen.shape[0] // 4 : -seen.shape[0] // 4, seen.shape[1] // 4 : -seen.shape[1] // 4]) > 60
    assert KeyImage.objects.get().caption == "Volume rendering · Bone"


def test_a_fusion_is_kept_with_both_of_its_series(site: str, sign_in: SignIn) -> None:
    page = at_the_ball(opened(sign_in(people.radiologist()), site, pet_study()), ";")
    picture = kept(page)
    assert (picture.Modality, len(picture.SourceImageSequence)) == ("PT", 2)
    assert "(PT) from 0 to 10 g/ml{SUVbw}" in picture.DerivationDescription
    width, height = size(page, "axial")
    x, y = pixel_of(PHANTOM, BALL.place, "axial", width, height)
    red, _green, blue = colours(picture, width)[round(y) + 6, round(x) + 6]
    assert red - blue > 30
    view(page, "through").click()
    through = kept(page)
    assert through.DerivationDescription.startswith("Maximum intensity projection through the volume; series 3 (PT)")
    assert (through.SeriesInstanceUID, through.InstanceNumber) == (picture.SeriesInstanceUID, 2)


def test_it_is_sent_again_and_kept_once(site: str, sign_in: SignIn) -> None:
    """The server keeps it and its answer is lost, every time until the line is back."""
    page = at_the_ball(opened(sign_in(people.radiologist()), site, PHANTOM.send()))
    names: list[str] = []

    def lose(route: Route) -> None:
        names.append(route.request.url)
        route.fetch()
        route.abort()

    page.route("**/captures/**", lose)
    page.keyboard.press("k")
    expect(page.locator("[data-problem-text]")).to_have_text("The key image was not kept.", timeout=30_000)
    expect(page.locator("[data-problem-hint]")).to_contain_text("Press again with the same picture: it is kept once.")
    page.unroute("**/captures/**")
    page.keyboard.press("k")
    expect(page.locator("[data-announce]")).to_have_text("Key image kept", timeout=30_000)
    assert (len(names), len(set(names))) == (3, 1)
    assert KeyImage.objects.count() == 1
    page.keyboard.press("k")
    until(lambda: KeyImage.objects.count() == 2)


def test_who_may_not_mark_is_told_so(site: str, sign_in: SignIn) -> None:
    page = in_room(opened(sign_in(people.technologist()), site, PHANTOM.send()))
    page.keyboard.press("k")
    expect(page.locator("[data-announce]")).to_have_text("Your role does not mark key images.")
    assert KeyImage.objects.count() == 0
