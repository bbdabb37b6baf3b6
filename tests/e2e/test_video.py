"""A stored film in a browser's own player. Not covered: a player on a page of ours (there is none yet), and sound."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from imaging.access.models import User
from tests import people
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


def test_a_film_is_shown_from_where_the_player_wants(site: str, sign_in: Callable[[User], Page]) -> None:
    instance, _stream = stored()
    page = sign_in(people.radiologist())
    page.goto(site)
    width, seconds, grey = page.evaluate(SHOW, f"/dicomweb{path_of(instance)}/rendered")
    assert (width, seconds) == (64, 2)
    assert grey > 128  # the pictures grow lighter
