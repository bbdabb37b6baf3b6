"""Slices drawn while they arrive: coarse and marked first, whole in the end, over a line that stops where the test wants.

Not covered: how soon on a real slow network (docs/performance.md), and graphics hardware.
"""

import base64
import io
import re
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect
from pydicom.encaps import encapsulate
from pydicom.uid import HTJ2KLosslessRPCL

from config.asgi import application
from imaging.access.models import User
from imaging.archive.life.compression import instance_compress
from imaging.archive.life.duties import Pace
from imaging.archive.models import Instance, Study
from imaging.archive.pictures.encoders import htj2k_encode
from imaging.viewer.models import Annotation, KeyImage
from tests import people
from tests.e2e.slow_line import SlowLine
from tests.imaging import pictures
from tests.web_server import served

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SLOW = 30_000
SIDE = 512
COARSE = re.compile(r"Coarse, still arriving: \d+ %")
# What the decoders of the page hand over, seen by the test beside them.
LISTEN = """() => { const Plain = Worker; window.decoded = [];
  window.Worker = class extends Plain { constructor(...all) { super(...all); this.addEventListener('message', (event) => {
    const frame = event.data?.value; if (frame?.pixelData) window.decoded.push(frame); }); } }; }"""
LAST = """() => { const { pixelData, rows, columns } = window.decoded.at(-1); let text = '';
  for (const byte of new Uint8Array(new Float64Array(pixelData).buffer)) text += String.fromCharCode(byte);
  return { rows, columns, values: btoa(text) }; }"""
SignIn = Callable[[User], Page]


@pytest.fixture
def line() -> SlowLine:
    return SlowLine(application)


@pytest.fixture
def site(transactional_db: None, line: SlowLine) -> Iterator[str]:
    """The site behind a line that the test holds."""
    with served(line) as address:
        yield address


def body(seed: int = 1) -> np.ndarray:
    """A round body with bones and noise, as a scanner would see it."""
    y, x = np.mgrid[:SIDE, :SIDE] - SIDE / 2
    radius = np.hypot(x * 0.8, y)
    values = np.where(radius < 190, 40.0, -1000.0) + np.where(abs(radius - 170) < 8, 700.0, 0.0) + np.where(np.hypot(x, y) < 40, 100.0, 0.0)
    noisy = values + np.random.default_rng(seed).normal(0, 8, (SIDE, SIDE))
    return np.maximum(noisy, -1000).round().astype("<i2")


def compressed(count: int = 1, **attributes: object) -> Study:
    patient = people.lin_mei_hua()
    exam = pictures.exam_of(patient)
    named = {"side": SIDE, "WindowCenter": "40", "WindowWidth": "400", "PixelData": body().tobytes()} | attributes
    study = pictures.stack_for(exam, count, **named)
    for instance in Instance.objects.filter(series__study=study):
        instance_compress(instance=instance, pace=Pace(10**12))
    return study


def opened(page: Page, site: str, study: Study) -> Page:
    page.add_init_script(f"({LISTEN})()")
    page.goto(f"{site}/viewer/{study.study_instance_uid}/")
    return page


def window_corner(page: Page) -> Locator:
    return page.locator('.pane [data-part="window"]').first


def state(page: Page, wanted: str) -> None:
    expect(page.locator("html")).to_have_attribute("data-viewer", wanted, timeout=SLOW)


def picture(page: Page) -> np.ndarray:
    """The middle of what is drawn, where no overlay lies."""
    shot = Image.open(io.BytesIO(page.locator(".surface canvas").first.screenshot())).convert("L")
    grey = np.asarray(shot, np.int16)
    height, width = grey.shape
    return grey[height // 4 : height * 3 // 4, width // 3 : width * 2 // 3]


def test_a_slice_is_drawn_coarse_and_marked_and_in_the_end_bit_for_bit(site: str, sign_in: SignIn, line: SlowLine) -> None:
    study = compressed()
    line.hold_after(0.3)
    page = opened(sign_in(people.radiologist()), site, study)
    expect(window_corner(page)).to_contain_text(COARSE, timeout=SLOW)
    expect(page.locator(".pane")).to_have_attribute("data-coarse", "")
    expect(page.locator("html")).to_have_attribute("data-viewer", "loading")
    expect(window_corner(page)).to_contain_text("W 400 L 40")
    coarse = picture(page)
    assert coarse.std() > 5
    line.release()
    state(page, "complete")
    expect(page.locator(".pane[data-coarse]")).to_have_count(0)
    expect(window_corner(page)).not_to_contain_text(COARSE)
    last = page.evaluate(LAST)
    assert (last["rows"], last["columns"]) == (SIDE, SIDE)
    values = np.frombuffer(base64.b64decode(last["values"]), "<f8").reshape(SIDE, SIDE)
    assert np.array_equal(values, body())
    whole = picture(page)
    assert whole.shape == coarse.shape
    assert np.abs(whole - coarse).mean() < 25
    assert not np.array_equal(whole, coarse)


def test_the_whole_picture_is_drawn_as_without_all_this(site: str, sign_in: SignIn, line: SlowLine) -> None:
    """Also where no window is given, and that of the coarse picture must not stay."""
    study = compressed(WindowCenter=None, WindowWidth=None)
    page = opened(sign_in(people.radiologist()), site, study)
    state(page, "complete")
    at_once = picture(page)
    line.hold_after(0.3)
    page.reload()
    expect(page.locator(".pane")).to_have_attribute("data-coarse", "", timeout=SLOW)
    line.release()
    state(page, "complete")
    assert np.array_equal(picture(page), at_once)


def test_nothing_is_measured_or_kept_on_a_coarse_picture(site: str, sign_in: SignIn, line: SlowLine) -> None:
    study = compressed()
    line.hold_after(0.3)
    page = opened(sign_in(people.radiologist()), site, study)
    expect(page.locator(".pane")).to_have_attribute("data-coarse", "", timeout=SLOW)
    page.keyboard.press("k")
    expect(page.locator("[data-announce]")).to_have_text("Wait until the whole picture is here.")
    page.keyboard.press("l")
    drag(page)
    expect(page.locator(".pane svg text")).to_have_count(0)
    assert (KeyImage.objects.count(), Annotation.objects.count()) == (0, 0)
    line.release()
    state(page, "complete")
    with page.expect_response(lambda answer: "/annotations/" in answer.url and answer.request.method == "PUT" and answer.ok):
        drag(page)
    assert Annotation.objects.count() == 1


def drag(page: Page) -> None:
    box = page.locator(".surface").first.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x - 50, y)
    page.mouse.down()
    page.mouse.move(x, y + 10)
    page.mouse.move(x + 50, y + 20)
    page.mouse.up()


def test_what_was_measured_reads_the_same_when_the_picture_came_slowly(site: str, sign_in: SignIn, line: SlowLine) -> None:
    page = opened(sign_in(people.radiologist()), site, compressed())
    state(page, "complete")
    page.keyboard.press("o")
    with page.expect_response(lambda answer: "/annotations/" in answer.url and answer.request.method == "PUT" and answer.ok):
        drag(page)
    readings = page.locator(".pane svg text").first
    expect(readings).to_contain_text("Mean")
    before = readings.text_content()
    line.hold_after(0.3)
    page.reload()
    expect(page.locator(".pane")).to_have_attribute("data-coarse", "", timeout=SLOW)
    line.release()
    state(page, "complete")
    expect(readings).to_have_text(before or "", timeout=SLOW)


def test_a_cut_frame_is_not_left_coarse_and_its_rest_is_fetched(site: str, sign_in: SignIn, line: SlowLine) -> None:
    study = compressed()
    line.hold_after(0.3)
    page = opened(sign_in(people.radiologist()), site, study)
    expect(page.locator(".pane")).to_have_attribute("data-coarse", "", timeout=SLOW)
    line.cut()
    state(page, "error")
    expect(page.locator("[data-problem]")).to_contain_text("Lightbox does not answer")
    expect(page.locator(".surface[data-covered]")).to_have_count(1)
    expect(page.locator(".pane[data-coarse]")).to_have_count(0)
    line.release()
    state(page, "complete")
    ranges = [asked for _path, _accept, asked in line.asked]
    assert ranges[0] == ""
    assert all(re.fullmatch(r"bytes=[1-9]\d*-", asked) for asked in ranges[1:])
    assert np.array_equal(np.frombuffer(base64.b64decode(page.evaluate(LAST)["values"]), "<f8").reshape(SIDE, SIDE), body())


def test_colour_that_came_so_is_drawn_on_the_way_too(site: str, sign_in: SignIn, line: SlowLine) -> None:
    rise = np.tile(np.linspace(0, 255, SIDE), (SIDE, 1))
    noise = np.random.default_rng(2).integers(0, 9, (SIDE, SIDE))
    colours = np.stack([rise, 255 - rise, noise], axis=-1).astype("u1")
    exam = pictures.exam_of(people.lin_mei_hua())
    ds = pictures.slice_of(
        1, side=SIDE, StudyInstanceUID=exam.study_instance_uid, SamplesPerPixel=3, PhotometricInterpretation="YBR_RCT",
        PlanarConfiguration=0, BitsAllocated=8, BitsStored=8, HighBit=7, PixelRepresentation=0, RescaleSlope=None, RescaleIntercept=None,
        PixelData=encapsulate([htj2k_encode(colours)]),
    )  # fmt: skip
    ds["PixelData"].is_undefined_length = True
    ds.file_meta.TransferSyntaxUID = HTJ2KLosslessRPCL
    study = pictures.send(ds).study
    assert study is not None
    line.hold_after(0.5)
    page = opened(sign_in(people.radiologist()), site, study)
    expect(page.locator(".pane")).to_have_attribute("data-coarse", "", timeout=SLOW)
    line.release()
    state(page, "complete")
    values = np.frombuffer(base64.b64decode(page.evaluate(LAST)["values"]), "<f8").reshape(SIDE, SIDE, 3)
    assert np.array_equal(values, colours)


def test_what_is_looked_at_comes_first_and_the_overlay_speaks_of_what_is_seen(site: str, sign_in: SignIn, line: SlowLine) -> None:
    line.hold_after(0.0, but_first=True)
    page = opened(sign_in(people.radiologist()), site, compressed(3))
    state(page, "first-image")
    where = page.locator('.pane [data-part="where"]').first
    expect(where).to_contain_text("Im 1 / 3")
    page.keyboard.press("End")
    page.keyboard.press("h")  # draws the overlays anew
    page.keyboard.press("k")
    expect(page.locator("[data-announce]")).to_have_text("Wait until the whole picture is here.")
    expect(where).to_contain_text("Im 1 / 3")
    line.release()
    state(page, "complete")
    expect(where).to_contain_text("Im 3 / 3")
    assert KeyImage.objects.count() == 0


def test_frames_come_as_they_lie_in_two_fifths_of_the_bytes(site: str, sign_in: SignIn, line: SlowLine) -> None:
    page = opened(sign_in(people.radiologist()), site, compressed(4))
    state(page, "complete")
    assert {accept for _path, accept, _range in line.asked} == {"image/jphc; transfer-syntax=1.2.840.10008.1.2.4.202"}
    assert len(line.asked) == 4
    assert 0 < line.sent_bytes <= 0.4 * 4 * SIDE * SIDE * 2
