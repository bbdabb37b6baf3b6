"""Images asked for one after the other over a real socket: what is answered again without asking everything anew, and for how long.

Not covered: several web processes (each remembers for itself), and how fast it is (`make bench`).
"""

import http.client
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.test import Client
from pydicom.data import get_testdata_file
from pydicom.uid import generate_uid
from pytest_django import Settings
from rest_framework.request import Request

from config.asgi import application
from imaging.access.models import ApiToken, AuditEvent, User
from imaging.access.services import token_create
from imaging.archive.corrections.reasons import QUALITY
from imaging.archive.corrections.reject import images_reject
from imaging.archive.intake.ingest import instance_ingest
from imaging.archive.models import Instance, Series, Study
from imaging.dicomweb.repeats import MOST_IMAGES, Repeat, Repeats, offer
from imaging.patients.services import patient_protect
from tests import people
from tests.imaging import pictures
from tests.system import until
from tests.web_server import served

pytestmark = pytest.mark.django_db(transaction=True)
FRAMES, PICTURE = "/frames/1", "/rendered"
ACCEPT = {FRAMES: 'multipart/related; type="application/octet-stream"', PICTURE: "image/jpeg"}
LONG = 3600
Answer = tuple[int, dict[str, str], bytes]


@pytest.fixture
def port() -> Iterator[int]:
    with served(application) as address:
        yield int(urlsplit(address).port or 0)


class Viewer:
    """Asks for images with the same headers each time."""

    def __init__(self, port: int, **signed: str) -> None:
        self._port, self._signed = port, signed

    def get(self, image: Instance, ending: str = FRAMES, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        series = image.series
        place = (
            f"/dicomweb/studies/{series.study.study_instance_uid}/series/{series.series_instance_uid}/instances/{image.sop_instance_uid}"
        )
        asked = {"Accept": ACCEPT.get(ending, "*/*"), **self._signed, **{name.replace("_", "-"): value for name, value in headers.items()}}
        connection.request("GET", f"{place}{ending}", headers=asked)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()

    def status(self, image: Instance, ending: str = FRAMES, **headers: str) -> int:
        return self.get(image, ending, **headers)[0]


def with_token(port: int, user: User) -> Viewer:
    return Viewer(port, Authorization=f"Bearer {token_create(user=user)}")


def with_session(port: int) -> Viewer:
    client = Client()
    client.force_login(people.radiologist())
    return Viewer(port, Cookie=f"sessionid={client.cookies['sessionid'].value}")


def images_of(study: Study) -> list[Instance]:
    return list(Instance.objects.filter(series__study=study).select_related("series__study").order_by("instance_number"))


@pytest.mark.parametrize("ending", [FRAMES, PICTURE])
def test_what_is_answered_again_is_what_would_be_answered_anew(port: int, settings: Settings, ending: str) -> None:
    images = images_of(pictures.stack(3))
    viewer = with_session(port)
    again = [viewer.get(image, ending) for image in images]
    settings.DICOMWEB_OWNER_SECONDS = 0
    anew = [with_session(port).get(image, ending) for image in images]
    for (status, headers, body), (expected, in_full, content) in zip(again, anew, strict=True):
        assert status == expected == 200
        boundary, other = (told["content-type"].rpartition("boundary=")[2] for told in (headers, in_full))
        assert body.replace(boundary.encode(), other.encode()) == content
        assert {**headers, "content-type": ""} == {**in_full, "content-type": "", "date": headers["date"]}
    assert len({body for _status, _headers, body in again}) == 3
    assert viewer.get(images[2], ending, If_None_Match=again[2][1]["etag"])[::2] == (304, b"")


def test_nothing_but_the_image_may_differ(port: int, settings: Settings) -> None:
    """The session is over: whatever is still answered, is answered again."""
    settings.DICOMWEB_OWNER_SECONDS = LONG
    first, second, *_others = images_of(pictures.stack(3))
    elsewhere = images_of(pictures.stack(1, StudyInstanceUID=generate_uid(), SeriesInstanceUID=generate_uid()))[0]
    viewer = with_session(port)
    assert viewer.status(first) == 200
    Session.objects.all().delete()
    assert viewer.status(second) == 200
    assert viewer.status(second, FRAMES, X_Request_ID="7") == 200
    assert viewer.status(first, PICTURE) == 401
    assert viewer.status(first, FRAMES, User_Agent="another") == 401
    assert viewer.status(first, f"{FRAMES}?accept=image/jpeg") == 401
    assert viewer.status(first, "/frames/2") == 401  # there is none, which is told in full
    assert viewer.status(elsewhere) == 401
    assert with_session(port).status(second) == 200


def _revoke(_images: list[Instance]) -> None:
    ApiToken.objects.all().delete()


def _switch_off(_images: list[Instance]) -> None:
    User.objects.update(is_active=False)


def _protect(images: list[Instance]) -> None:
    patient = images[0].series.study.matched_patient
    assert patient is not None
    patient_protect(patient=patient, protected=True, user=people.pacs_admin())


def _reject(images: list[Instance]) -> None:
    images_reject(study=images[0].series.study, instances=images, code=QUALITY, reason="moved", user=people.pacs_admin())


@pytest.mark.parametrize(("act", "status"), [(_revoke, 401), (_switch_off, 401), (_protect, 404), (_reject, 404)])
def test_a_right_that_ended_opens_nothing_a_moment_later(
    port: int, settings: Settings, act: Callable[[list[Instance]], None], status: int
) -> None:
    settings.DICOMWEB_OWNER_SECONDS = 1
    images = images_of(pictures.stack_for(pictures.exam_of(people.john_smith()), 2))
    viewer = with_token(port, people.radiologist())
    assert [viewer.status(image) for image in images] == [200, 200]
    act(images)
    until(lambda: viewer.status(images[1]) == status, "it is refused")
    assert viewer.status(images[0]) == status


def test_a_right_is_not_drawn_out_by_being_used(settings: Settings) -> None:
    """What was known of a token's owner for a while is known of their images for the rest of that while."""
    settings.DICOMWEB_OWNER_SECONDS = 100
    request, user = Request(HttpRequest()), people.radiologist()
    request.user, user.known_since = user, time.time() - 90  # type: ignore[attr-defined]
    offer(request, pictures.stack(1).series.get(), lambda *_: None)
    assert request._request.repeat.until <= time.monotonic() + 10  # type: ignore[attr-defined]


def test_each_who_looks_leaves_a_row(port: int) -> None:
    images = images_of(pictures.stack(4))
    radiologist, resident = with_token(port, people.radiologist()), with_token(port, people.resident())
    for image in images:
        assert (radiologist.status(image), resident.status(image), with_token(port, people.cashier()).status(image)) == (200, 200, 403)
    rows = AuditEvent.objects.filter(act="images.view").values_list("user__username", "study_instance_uid")
    study = images[0].series.study.study_instance_uid
    assert sorted(rows) == [("radiologist", study), ("resident", study)]


def test_a_file_that_is_gone_is_told_in_full(port: int) -> None:
    first, second = images_of(pictures.stack(2))
    viewer = with_token(port, people.radiologist())
    assert viewer.status(first) == 200
    Instance.objects.filter(pk=second.pk).update(path="2026/gone.dcm")
    status, headers, body = viewer.get(second)
    assert (status, headers["content-type"]) == (404, "application/problem+json")
    assert b"cannot be read" in body


def test_frames_of_one_object_come_one_by_one(port: int) -> None:
    with open(str(get_testdata_file("examples_ybr_color.dcm", download=False)), "rb") as stream:  # noqa: PTH123
        image = instance_ingest(stream=stream, source_ae_title="TEST", door="dicom").instance
    assert image is not None
    viewer = with_token(port, people.radiologist())
    for ending in ("/frames/{}", "/frames/{}/rendered"):
        found = [viewer.get(image, ending.format(number)) for number in (1, 2, 3, 31)]
        assert [status for status, _headers, _body in found] == [200, 200, 200, 404]
        assert len({body for _status, _headers, body in found[:3]}) == 3


def test_no_more_is_remembered_than_there_is_room_for() -> None:
    remembered = Repeats()
    for number in range(5):
        repeat = Repeat(Series(instance_count=MOST_IMAGES // 2), lambda *_: None, float("inf"), needs_metadata=False)
        remembered.put(bytes([number]), repeat)
    assert [number for number in range(5) if remembered.get(bytes([number]))] == [3, 4]
