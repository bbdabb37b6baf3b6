"""What a request may bring, against the real web server. Not covered: how much disk Django's temporary file takes for who may store."""

import contextlib
import http.client
import json
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from imaging.access.services import token_create
from imaging.archive.models import Instance
from tests import people
from tests.e2e.conftest import site  # noqa: F401  a fixture
from tests.imaging import pictures
from tests.imaging.archive.objects import as_file

pytestmark = pytest.mark.django_db(transaction=True)
LIMIT = 4096
MULTIPART = 'multipart/related; type="application/dicom"; boundary=x'


def pieces(size: int) -> Iterator[bytes]:
    yield b"--x\r\nContent-Type: application/dicom\r\n\r\n"
    for _ in range(size // 1024):
        yield bytes(1024)


def post(address: str, path: str, body: bytes | Iterator[bytes], **headers: str) -> tuple[int, dict[str, object]]:
    connection = http.client.HTTPConnection(address.partition("://")[2], timeout=20)
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the answer may come before all is sent
        connection.request("POST", path, body, {"Content-Type": MULTIPART, **headers})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, json.loads(content) if "json" in answer.headers["Content-Type"] else {}


@pytest.fixture
def limits(settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = LIMIT
    settings.STOW_BYTES = 64 * LIMIT


def bearer() -> dict[str, str]:
    return {"Authorization": f"Bearer {token_create(user=people.technologist())}"}


@pytest.mark.parametrize("path", ["/login/", "/api/tokens/", "/healthz", "/nowhere"])
def test_a_large_form_is_turned_away_whether_it_announces_its_length_or_not(site: str, limits: None, path: str) -> None:  # noqa: F811
    for body in (bytes(LIMIT + 1), pieces(2 * LIMIT)):
        status, problem = post(site, path, body)
        assert (status, problem["code"]) == (413, "too-large")


def test_images_are_not_taken_off_the_wire_for_who_may_not_store(site: str, limits: None) -> None:  # noqa: F811
    reader = {"Authorization": f"Bearer {token_create(user=people.radiologist())}"}
    for headers, expected in (
        ({}, 401),
        ({"Authorization": "Bearer nonsense"}, 401),
        ({"Cookie": "sessionid=nonsense"}, 401),
        (reader, 403),
    ):
        for body in (bytes(8 * LIMIT), pieces(8 * LIMIT)):
            assert post(site, "/dicomweb/studies", body, **headers)[0] == expected


def test_who_may_store_may_bring_more_but_not_without_end(site: str, limits: None) -> None:  # noqa: F811
    sender = bearer()
    picture = as_file(pictures.slice_of(1)).read()
    assert len(picture) > LIMIT
    whole = b"--x\r\nContent-Type: application/dicom\r\n\r\n" + picture + b"\r\n--x--\r\n"
    assert post(site, "/dicomweb/studies", whole, **sender)[0] == 200
    assert Instance.objects.count() == 1
    for body in (bytes(65 * LIMIT), pieces(66 * LIMIT)):
        assert post(site, "/dicomweb/studies", body, **sender)[0] == 413
