"""Pictures that a browser's decoders get wrong, and pictures that cannot be had: what is on the screen is true, or it is said.

Not covered: every coding in every depth (tests/imaging/dicomweb decodes them all on the server), video.
"""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.encaps import encapsulate
from pydicom.pixels import convert_color_space
from pydicom.uid import HTJ2KLosslessRPCL, generate_uid

from imaging.access.models import User
from imaging.archive.life.compression import instance_compress
from imaging.archive.life.duties import Pace
from imaging.archive.models import Study
from imaging.archive.pictures.encoders import htj2k_encode
from imaging.viewer.models import Annotation, KeyImage
from tests import people
from tests.e2e.test_viewer import corner, drag_across, opened
from tests.imaging import pictures

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SignIn = Callable[[User], Page]
RED, GREEN, BLUE, BLACK = (255, 0, 0), (0, 255, 0), (0, 0, 255), (0, 0, 0)


def sent(name: str) -> Study:
    """One of pydicom's files as a study of its own."""
    path = get_testdata_file(name, download=False)
    ds = dcmread(Path(str(path)))
    ds.StudyInstanceUID, ds.SeriesInstanceUID = generate_uid(), generate_uid()
    study = pictures.send(ds).study
    assert study is not None
    return study


def pixel(page: Page, across: float, down: float) -> tuple[int, ...]:
    """The colour at a place of the viewport, from 0 to 1."""
    shown = Image.open(io.BytesIO(page.locator(".surface").first.screenshot())).convert("RGB")
    return tuple(int(part) for part in np.asarray(shown)[int(shown.height * down), int(shown.width * across)])


def is_near(colour: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return max(abs(a - b) for a, b in zip(colour, wanted, strict=True)) < 40


def test_values_that_are_signed_otherwise_than_the_header_says_are_shown_as_the_server_reads_them(site: str, sign_in: SignIn) -> None:
    page = opened(sign_in(people.radiologist()), site, sent("J2K_pixelrep_mismatch.dcm"))
    assert is_near(pixel(page, 0.2, 0.8), BLACK)  # air beside the head


@pytest.mark.parametrize("name", ["SC_ybr_full_422_uncompressed.dcm", "SC_rgb_rle_16bit.dcm", "SC_rgb_rle.dcm", "SC_rgb_jpeg_dcmtk.dcm"])
def test_colour_is_the_same_however_it_is_stored(site: str, sign_in: SignIn, name: str) -> None:
    page = opened(sign_in(people.radiologist()), site, sent(name))
    for down, wanted in ((0.05, RED), (0.25, GREEN), (0.45, BLUE), (0.65, BLACK)):
        assert is_near(pixel(page, 0.4, down), wanted), (down, pixel(page, 0.4, down))


@pytest.mark.parametrize("way", ["compressed", "decoded", "YBR_FULL", "RGB"])
def test_colour_is_the_same_in_htj2k_however_it_is_coded(site: str, sign_in: SignIn, way: str) -> None:
    """As it was compressed here, the same decoded by the server for a browser that cannot, and without the transform for colours."""
    bars = np.repeat(np.array([RED, GREEN, BLUE, BLACK], "u1"), 32, axis=0)[:, None].repeat(127, axis=1)[None]
    if way in {"compressed", "decoded"}:
        instance = pictures.send(pictures.colour_picture(bars, planes=1)).instance
        assert instance is not None
        instance_compress(instance=instance, pace=Pace(10**12))
    else:
        ds = pictures.colour_picture(convert_color_space(bars, "RGB", way), way)
        ds.PixelData = encapsulate([htj2k_encode(convert_color_space(bars, "RGB", way)[0], "YBR_FULL")])
        ds["PixelData"].VR, ds["PixelData"].is_undefined_length = "OB", True
        ds.file_meta.TransferSyntaxUID = HTJ2KLosslessRPCL
        instance = pictures.send(ds).instance
        assert instance is not None
    page = sign_in(people.radiologist())
    if way == "decoded":
        page.route("**/*.wasm", lambda route: route.abort())
    opened(page, site, instance.series.study)
    for down, wanted in ((0.12, RED), (0.37, GREEN), (0.62, BLUE), (0.87, BLACK)):
        assert is_near(pixel(page, 0.4, down), wanted), (down, pixel(page, 0.4, down))


def test_a_damaged_slice_leaves_its_place_black_under_its_own_number(site: str, sign_in: SignIn) -> None:
    uids = {"StudyInstanceUID": generate_uid(), "SeriesInstanceUID": generate_uid()}
    damaged = pictures.slice_of(2, **uids)
    damaged.PixelData = bytes(64)
    study = pictures.stack(1, **uids)
    pictures.send(damaged)
    pictures.send(pictures.slice_of(3, **uids))
    page = opened(sign_in(people.radiologist()), site, study, "error")
    page.keyboard.press("ArrowDown")
    expect(corner(page, "where")).to_contain_text("Im 2 / 3")
    expect(corner(page, "message")).to_contain_text("cannot be decoded")
    expect(page.locator(".surface").first).to_be_hidden()
    page.keyboard.press("ArrowDown")
    expect(corner(page, "where")).to_contain_text("Im 3 / 3")
    expect(page.locator(".surface").first).to_be_visible()


def test_a_key_image_of_a_dark_on_light_film_keeps_its_polarity(site: str, sign_in: SignIn) -> None:
    page = opened(sign_in(people.radiologist()), site, pictures.stack(1, PhotometricInterpretation="MONOCHROME1", Modality="CR"))
    for inverted in (False, True):
        with page.expect_response(lambda answer: answer.url.endswith("/key-images/") and answer.ok):
            page.keyboard.press("k")
        assert KeyImage.objects.latest("id").inverted is inverted
        page.keyboard.press("i")


def test_a_key_image_holds_the_part_that_was_on_the_screen(site: str, sign_in: SignIn) -> None:
    page = opened(sign_in(people.radiologist()), site, pictures.stack(1))
    for zoom, whole in (("", True), ("++++++", False)):
        for key in zoom:
            page.keyboard.press(key)
        with page.expect_response(lambda answer: answer.url.endswith("/key-images/") and answer.ok):
            page.keyboard.press("k")
        area = KeyImage.objects.latest("id").area
        assert (area is None) is whole
    left, top, width, height = area
    assert left + width / 2 == pytest.approx(pictures.SIDE / 2, abs=1)
    assert top + height / 2 == pytest.approx(pictures.SIDE / 2, abs=1)
    assert height == pytest.approx(pictures.SIDE / 1.2**6, abs=2)


def test_pixels_that_are_not_square_are_measured_and_placed_rightly(site: str, sign_in: SignIn) -> None:
    page = opened(sign_in(people.radiologist()), site, pictures.stack(1, PixelSpacing=[1, 0.5]))
    page.keyboard.press("l")
    with page.expect_response(lambda answer: "/annotations/" in answer.url and answer.request.method == "PUT" and answer.ok):
        drag_across(page, 100)
    kept = Annotation.objects.get()
    (start, row), (end, _row) = kept.points
    assert row == pytest.approx(pictures.SIDE / 2, abs=1)
    assert (start + end) / 2 == pytest.approx(pictures.SIDE / 2, abs=1)
    assert kept.values["length"] == pytest.approx((end - start) * 0.5, rel=0.01)


def test_an_angle_with_one_side_only_is_not_kept_and_opening_again_saves_nothing(site: str, sign_in: SignIn) -> None:
    study = pictures.stack(1)
    page = opened(sign_in(people.radiologist()), site, study)
    page.keyboard.press("l")
    with page.expect_response(lambda answer: "/annotations/" in answer.url and answer.request.method == "PUT" and answer.ok):
        drag_across(page, 100)
    page.keyboard.press("a")
    drag_across(page, 160)
    saved: list[str] = []
    page.on("request", lambda request: saved.append(request.url) if request.method == "PUT" and "/annotations/" in request.url else None)
    opened(page, site, study)
    expect(page.locator(".pane svg text").first).to_contain_text("mm")
    page.keyboard.press("r")
    expect(page.locator(".pane svg text").first).to_contain_text("mm")
    page.goto(f"{site}/reading/")
    assert saved == []
    assert Annotation.objects.get().tool == "Length"


def test_what_is_burnt_in_can_be_read_without_the_overlay_and_warnings_stay(site: str, sign_in: SignIn) -> None:
    study = pictures.stack(1, PixelSpacing=None, ImagePositionPatient=None, ImageOrientationPatient=None, Modality="US")
    page = opened(sign_in(people.radiologist()), site, study)
    expect(corner(page, "what")).to_contain_text("CT head plain")
    page.keyboard.press("t")
    expect(corner(page, "what").get_by_text("CT head plain")).to_be_hidden()
    expect(corner(page, "who")).to_contain_text("LIN, Mei-Hua")
    expect(corner(page, "where").get_by_text("not calibrated")).to_be_visible()


@pytest.mark.parametrize("lost", ["**/metadata", "**/frames/**"])
def test_a_server_that_comes_back_is_asked_again_by_itself(site: str, sign_in: SignIn, lost: str) -> None:
    page = sign_in(people.radiologist())
    page.route(lost, lambda route: route.abort())
    opened(page, site, pictures.stack(3), "error")
    expect(page.locator("[data-problem]")).to_contain_text("Lightbox does not answer")
    expect(corner(page, "message")).to_contain_text("Lightbox does not answer")
    page.unroute(lost)
    expect(page.locator("html")).to_have_attribute("data-viewer", "complete", timeout=30_000)
    expect(page.locator("[data-problem]")).to_be_hidden()
    expect(corner(page, "where")).to_contain_text("Im 1 / 3")
