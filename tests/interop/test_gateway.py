"""DICOMweb over real sockets: bodies and answers go through a piece at a time, and nobody who is slow or gone holds up the others.

Not covered: TLS and the proxy before it.
"""

import http.client
import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from config.asgi import application
from imaging.access.services import token_create
from imaging.archive.models import Instance
from tests import people
from tests.imaging import pictures
from tests.imaging.archive.objects import as_file
from tests.system import until
from tests.web_server import served

BOUNDARY = b"--x\r\nContent-Type: application/dicom\r\n\r\n"
RELATED = 'multipart/related; type="application/dicom"; boundary=x'


@pytest.fixture
def port(transactional_db: None) -> Iterator[int]:
    with served(application) as address:
        yield int(urlsplit(address).port or 0)


def ask(port: int, path: str, person: Any, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", f"/dicomweb{path}", headers={"Authorization": f"Bearer {token_create(user=person)}", **headers})
    return connection.getresponse()


def test_a_body_without_a_length_is_taken_as_it_comes(port: int) -> None:
    pieces = [BOUNDARY, as_file(pictures.slice_of(1, side=1024, PixelData=bytes(2 * 1024 * 1024))).getvalue(), b"\r\n--x--\r\n"]
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Authorization": f"Bearer {token_create(user=people.pacs_admin())}", "Content-Type": RELATED}
    connection.request("POST", "/dicomweb/studies", iter(pieces), headers, encode_chunked=True)
    answer = connection.getresponse()
    assert (answer.status, len(json.loads(answer.read())["00081199"]["Value"])) == (200, 1)


def test_what_came_before_the_sender_went_away_is_kept(port: int) -> None:
    whole = BOUNDARY + as_file(pictures.slice_of(1)).getvalue() + b"\r\n" + BOUNDARY + as_file(pictures.slice_of(2)).getvalue()
    token = token_create(user=people.pacs_admin())
    with socket.create_connection(("127.0.0.1", port)) as sender:
        head = f"POST /dicomweb/studies HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: {RELATED}\r\n"
        sender.sendall(f"{head}Content-Length: {len(whole) + 1000}\r\n\r\n".encode() + whole[:-100])
    until(lambda: Instance.objects.count() == 1, "the first object is kept")
    assert ask(port, "/studies", people.pacs_admin()).status == 200


def test_readers_who_stop_reading_hold_no_thread(port: int) -> None:
    side = 2048
    study = pictures.stack(4, side=side, PixelData=bytes(side * side * 2))
    radiologist = people.radiologist()
    stalled = [ask(port, f"/studies/{study.study_instance_uid}", radiologist, Accept="multipart/related") for _number in range(12)]
    assert [answer.status for answer in stalled] == [200] * 12
    assert ask(port, "/studies", radiologist).status == 200
    for answer in stalled:
        answer.close()


def test_everything_else_goes_past(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/login/")
    assert connection.getresponse().status == 200
