"""A stored film in a browser's own player, in a viewport, and in our lists. Not covered: sound, and codings other than H.264."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from imaging.access.models import User
from tests import people
from tests.imaging import pictures
from tests.imaging.dicomweb.test_video import stored
from tests.imaging.dicomweb.test_wado import path_of

pytestmark = pytest.mark.django_db(transaction=True)
SHOW = """address => new Promise((resolve, reject) => {
  const video = document.createElement('video');
  video.muted = true;
  video.src = address;
  video.onerror = () => reject(new Error(video.error.message));
  video.onloadeddata = () => { video.currentTime = 1.5; };
  video.onseeked = () => {
    const picture = new OffscreenCanvas(1, 1).getContext('2d');
    picture.drawImage(video, 0, 0, 1, 1);
    resolve([video.videoWidth, video.duration, picture.getImageData(0, 0, 1, 1).data[0]]);
  };
})"""

SEEK = """film => new Promise((resolve) => {
  const picture = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const look = (left) => {
    picture.drawImage(film, 0, 0, 1, 1);
    const [grey] = picture.getImageData(0, 0, 1, 1).data;
    if (grey || !left) resolve(grey);
    else setTimeout(() => look(left - 1), 50);
  };
  film.onseeked = () => look(100);
  film.currentTime = 1.5;
})"""


def test_a_film_is_shown_from_where_the_player_wants(site: str, sign_in: Callable[[User], Page]) -> None:
    instance, _stream = stored()
    page = sign_in(people.radiologist())
    page.goto(site)
    width, seconds, grey = page.evaluate(SHOW, f"/dicomweb{path_of(instance)}/rendered")
    assert (width, seconds) == (64, 2)
    assert grey > 128  # the pictures grow lighter


def test_a_film_has_a_picture_in_the_viewer_and_opens_from_there(site: str, sign_in: Callable[[User], Page]) -> None:
    instance, _stream = stored()
    page = sign_in(people.radiologist())
    page.goto(f"{site}/viewer/{instance.series.study.study_instance_uid}/")
    tile = page.locator(".rail-tile")
    expect(tile.locator("img")).to_have_js_property("naturalWidth", 256)
    expect(tile).to_contain_text("▶")
    expect(page.locator("[data-problem]")).to_contain_text("videos open from the series list")
    parts: list[str] = []
    page.on("response", lambda answer: parts.append(answer.headers.get("content-range", "")) if answer.status == 206 else None)
    tile.click()
    film = page.locator(".pane video")
    expect(film).to_have_js_property("videoWidth", 64)
    assert film.evaluate("film => film.duration") == 2
    assert film.evaluate(SEEK) > 128  # the pictures grow lighter
    assert parts and parts[0].startswith("bytes 0-"), "the player asks for parts"
    expect(page.get_by_role("link", name="Open in a window of its own")).to_have_attribute("href", f"/dicomweb{path_of(instance)}/rendered")


def test_lists_show_a_film_by_its_picture_and_a_report_by_its_kind(site: str, sign_in: Callable[[User], Page]) -> None:
    instance, _stream = stored()
    study = instance.series.study
    report = {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.88.11", "Modality": "SR", "SeriesDescription": "Findings"}
    pictures.send(
        pictures.slice_of(
            1,
            StudyInstanceUID=study.study_instance_uid,
            PatientID=study.patient_id,
            PatientName=study.patient_name,
            PixelData=None,
            Rows=None,
            Columns=None,
            **report,
        )
    )
    page = sign_in(people.pacs_admin())
    page.goto(f"{site}/studies/{study.study_instance_uid}/corrections/")
    expect(page.locator(".thumb-none")).to_have_text("SR")
    expect(page.locator("img.series-thumb")).to_have_js_property("naturalWidth", 256)
