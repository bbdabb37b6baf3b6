"""What cannot be shown is said, and never shown as if it were whole: cut frames in every coding, decoders and graphics that fail.

Not covered here: damaged plain pixels (test_pictures.py, test_viewer.py), no WebGL at all and series that are no volumes (test_volumes.py),
wrong numbers of frames (tests/imaging/archive), and thousands of slices, which `tests/bench` and a look by hand are for.
"""

import io
from collections.abc import Callable
from typing import Any

import imagecodecs
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, get_frame
from pydicom.uid import HTJ2KLossless, JPEG2000Lossless, JPEGBaseline8Bit, JPEGLosslessSV1, JPEGLSLossless, RLELossless, generate_uid

from imaging.access.models import User
from imaging.archive.life.compression import instance_compress
from imaging.archive.life.duties import Pace
from tests import people
from tests.imaging import pictures
from tests.imaging.odd_pictures import Odd, odd_films, odd_pictures, under_overlay

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SignIn = Callable[[User], Page]
SLOW = 30_000
MOST_OFF = 5
"""In grey values, on the average of a picture: the edges of blocks are smoothed."""
DOUBTS = {
    "not calibrated: px": 4,
    "Where the slice lies cannot be read": 2,
    "Values as stored: their scale cannot be read": 2,
    "The window of the header cannot be used": 1,
}
LOSE = "() => window.contexts.forEach((one) => one.getExtension('WEBGL_lose_context')?.loseContext())"
KEEP_CONTEXTS = """(() => {
  window.contexts = [];
  const plain = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
    const context = plain.call(this, kind, ...rest);
    if (context && String(kind).startsWith('webgl')) window.contexts.push(context);
    return context;
  };
})()"""


def grey() -> np.ndarray:
    return (pictures.gradient(1) + 1100).astype("<u2")


def run_lengths() -> bytes:
    ds = pictures.slice_of(1, PixelRepresentation=0, PixelData=grey().tobytes())
    ds.compress(RLELossless, generate_instance_uid=False)
    return bytes(get_frame(ds.PixelData, 0, number_of_frames=1))


CODINGS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "JPEG": (JPEGBaseline8Bit, lambda: imagecodecs.jpeg8_encode((grey() >> 4).astype("u1"), level=90)),
    "JPEG lossless": (JPEGLosslessSV1, lambda: imagecodecs.ljpeg_encode(grey())),
    "JPEG-LS": (JPEGLSLossless, lambda: imagecodecs.jpegls_encode(grey())),
    "JPEG 2000": (JPEG2000Lossless, lambda: imagecodecs.jpeg2k_encode(grey(), level=0, codecformat="j2k", reversible=True)),
    "HTJ2K": (HTJ2KLossless, lambda: imagecodecs.htj2k_encode(grey())),
    "RLE": (RLELossless, run_lengths),
}


def coded(number: int, name: str, share: float, **attributes: Any) -> Dataset:
    """A slice in a coding, of which only the first `share` is there."""
    syntax, encode = CODINGS[name]
    data = encode()
    kept = data[: int(len(data) * share)]
    bits = {"BitsAllocated": 8, "BitsStored": 8, "HighBit": 7} if name == "JPEG" else {}
    ds = pictures.slice_of(number, PixelRepresentation=0, **bits, **attributes)
    ds.PixelData = encapsulate([kept + bytes(len(kept) % 2)])
    ds["PixelData"].VR = "OB"
    ds["PixelData"].is_undefined_length = True
    ds.file_meta.TransferSyntaxUID = syntax
    return ds


def opened(page: Page, site: str, study: str, state: str) -> Page:
    page.goto(f"{site}/viewer/{study}/")
    expect(page.locator("html")).to_have_attribute("data-viewer", state, timeout=SLOW)
    return page


def part(page: Page, name: str) -> Any:
    return page.locator(f'[data-part="{name}"]').first


def test_a_cut_frame_is_never_shown_as_a_whole_one(site: str, sign_in: SignIn) -> None:
    uids = {"StudyInstanceUID": generate_uid(), "SeriesInstanceUID": generate_uid()}
    for number, name in enumerate(CODINGS):
        pictures.send(coded(2 * number + 1, name, 1, **uids))
        pictures.send(coded(2 * number + 2, name, 0.9, **uids))
    page = opened(sign_in(people.radiologist()), site, uids["StudyInstanceUID"], "error")
    expect(page.locator("[data-problem]")).to_contain_text(f"{len(CODINGS)} images could not be shown.")
    expect(part(page, "message")).to_be_hidden()
    for number in range(2, 2 * len(CODINGS) + 1):
        page.keyboard.press("ArrowDown")
        expect(part(page, "where")).to_contain_text(f"Im {number} / {2 * len(CODINGS)}")
        expect(page.locator(".pane")).to_have_attribute("data-shown", "none" if number % 2 == 0 else "image")
    expect(part(page, "message")).to_contain_text("This image cannot be decoded.")


def test_without_decoders_the_server_decodes_and_it_is_said(site: str, sign_in: SignIn) -> None:
    uids = {"StudyInstanceUID": generate_uid(), "SeriesInstanceUID": generate_uid()}
    pictures.send(coded(1, "HTJ2K", 1, **uids))
    pictures.send(coded(2, "JPEG-LS", 1, **uids))
    page = sign_in(people.radiologist())
    page.route("**/decodeImageFrameWorker.js", lambda route: route.abort())
    opened(page, site, uids["StudyInstanceUID"], "complete")
    expect(page.locator("[data-problem]")).to_contain_text("The decoders of this browser do not run.")
    expect(part(page, "window")).to_contain_text("W 400 L 40")
    page.keyboard.press("3")
    expect(part(page, "window")).to_contain_text("W 2000 L 450")
    page.keyboard.press("ArrowDown")
    expect(part(page, "where")).to_contain_text("Im 2 / 2")
    expect(page.locator(".pane")).to_have_attribute("data-shown", "image")


def test_lost_graphics_cover_the_picture_until_the_page_is_loaded_again(site: str, sign_in: SignIn) -> None:
    page = sign_in(people.radiologist())
    page.add_init_script(KEEP_CONTEXTS)
    opened(page, site, pictures.stack(2).study_instance_uid, "complete")
    page.evaluate(LOSE)
    expect(part(page, "message")).to_contain_text("The graphics of this browser failed.")
    page.keyboard.press("ArrowDown")
    expect(part(page, "where")).to_contain_text("Im 2 / 2")
    expect(page.locator(".surface").first).to_be_hidden()
    page.get_by_role("button", name="Load the page again").click()
    expect(page.locator("html")).to_have_attribute("data-viewer", "complete", timeout=SLOW)
    expect(page.locator(".surface").first).to_be_visible()


def difference(page: Page, shown: np.ndarray) -> float:
    """How far the picture on the screen is from `shown`, at the middle of each of its pixels."""
    screen = np.asarray(Image.open(io.BytesIO(page.locator(".surface").first.screenshot())).convert("RGB")).astype(int)
    (rows, columns), (height, width) = shown.shape[:2], screen.shape[:2]
    scale = min(width / columns, height / rows)
    down = (height / 2 + (np.arange(rows) + 0.5 - rows / 2) * scale).astype(int)
    across = (width / 2 + (np.arange(columns) + 0.5 - columns / 2) * scale).astype(int)
    wanted = shown if shown.ndim == 3 else shown[..., None].repeat(3, -1)
    return float(np.abs(screen[np.ix_(down, across)] - wanted.astype(int)).max(-1).mean())


def mixed_series() -> tuple[str, list[Odd]]:
    """A study of one series of all odd pictures, two of them also compressed here, and of films; gives what stands in the series' stack."""
    uids = {"StudyInstanceUID": generate_uid(), "SeriesInstanceUID": generate_uid()}
    coded = [under_overlay(f"compressed, signed {signed}", signed=signed) for signed in (False, True)]
    slices = [*odd_pictures(), *coded]
    for number, one in enumerate([*slices, *odd_films()], start=1):
        one.ds.StudyInstanceUID, one.ds.SeriesInstanceUID, one.ds.InstanceNumber = *uids.values(), number
        instance = pictures.send(one.ds).instance
        if one in coded:
            assert instance is not None
            instance_compress(instance=instance, pace=Pace(10**12))
    return uids["StudyInstanceUID"], [one for one in slices if one.ds.Rows]


def test_every_odd_picture_of_one_series_is_shown_rightly_or_said(site: str, sign_in: SignIn) -> None:
    """Sizes, depths, colours and damage of every kind in one series: no picture spoils another's, and the tools go on."""
    study, slices = mixed_series()
    page = opened(sign_in(people.radiologist()), site, study, "error")
    problem = page.locator("[data-problem]")
    problem.get_by_role("button", name="Close").click()
    expect(problem).to_be_hidden()
    page.keyboard.press("t")
    said = []
    for number, one in enumerate(slices, start=1):
        expect(part(page, "where")).to_contain_text(f"Im {number} / {len(slices)}")
        said.append(part(page, "where").inner_text())
        if one.shown is None:
            expect(part(page, "message")).to_contain_text("This image cannot be decoded.")
            problem.get_by_role("button", name="Close").click()
        else:
            expect(page.locator(".pane")).to_have_attribute("data-shown", "image")
            assert difference(page, one.shown) < MOST_OFF, one.name
        page.keyboard.press("ArrowDown")
    for words, count in DOUBTS.items():
        assert sum(words in one for one in said) == count, words
    page.keyboard.press("u")
    expect(page.get_by_text("Colour pictures are not cut: they have no measured values.")).to_be_visible()
    for at, film in enumerate(odd_films(), start=1):
        page.locator(".rail-tile").nth(at).dblclick()
        expect(part(page, "where")).to_contain_text("Im 1 / 3")
        assert film.shown is not None
        assert difference(page, film.shown) < MOST_OFF, film.name


OVERFLOWING = (
    "() => [...document.querySelectorAll('.corner')].filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.innerText)"
)
HOSTILE = "<img src=x onerror=document.title='taken'>"
NAMES: list[tuple[str, str, list[str]]] = [
    ("ISO_IR 192", "LIN^Mei-Hua=林^美华", []),
    ("ISO_IR 192", "WANG^Fang", ["In the image: WANG, Fang"]),
    ("ISO_IR 192", f"<b>LIN</b>^{'x' * 5000}", ["In the image: <b>LIN</b>, xxx"]),
    ("ISO_IR 192", "LIN^\u202eMei-Hua", []),
    ("ISO_IR 192", "ÁÖÃÀ»ª", ["In the image: ÁÖÃÀ»ª", "The name in the image may be wrong: its character set is declared as ISO_IR 192"]),
]


def test_texts_of_pictures_are_texts_and_another_name_is_said(site: str, sign_in: SignIn) -> None:
    exam = pictures.exam_of(people.lin_mei_hua())
    uids = pictures.matching(exam) | {"SeriesInstanceUID": generate_uid()}
    said = {
        "SeriesDescription": HOSTILE,
        "StudyDescription": "long " * 2000,
        "ProtocolName": HOSTILE,
        "WindowCenterWidthExplanation": HOSTILE,
    }
    for number, (declared, name, _words) in enumerate(NAMES, start=1):
        pictures.send(pictures.slice_of(number, **(uids | said | {"SpecificCharacterSet": declared, "PatientName": name})))
    page = opened(sign_in(people.radiologist()), site, exam.study_instance_uid, "complete")
    for number, (_declared, _name, words) in enumerate(NAMES, start=1):
        expect(part(page, "where")).to_contain_text(f"Im {number} / {len(NAMES)}")
        expect(part(page, "who").locator(".is-strong")).to_have_text("LIN, Mei-Hua 林美华 00482913")
        for word in words:
            expect(part(page, "who")).to_contain_text(word)
        expect(part(page, "who").locator(".is-warn")).to_have_count(len(words))
        assert page.evaluate(OVERFLOWING) == []
        page.keyboard.press("ArrowDown")
    expect(part(page, "what")).to_contain_text(HOSTILE)
    who, what, pane = (one.bounding_box() for one in (part(page, "who"), part(page, "what"), page.locator(".pane")))
    assert who and what and pane and who["x"] + who["width"] <= what["x"] and what["y"] + what["height"] < pane["y"] + pane["height"] / 2
    assert "taken" not in page.title()
    assert page.locator(".reading img[onerror]").count() == 0
