"""Each phase has an end, however busy the peer makes itself: asking, one request, one object. Not covered: how long our own work takes."""

import struct
import time

import pytest
from django.conf import LazySettings

from imaging.archive.models import Instance
from imaging.dimse.server import DicomServer
from tests.interop.test_hostile import _command, _unit, connection, others_are_served, request, said

CT = b"1.2.840.10008.5.1.4.1.1.2"
FIND = b"1.2.840.10008.5.1.4.1.2.2.1"
# Sends as slowly as it dares: each piece long before any PDU's own time is over.
STEP_SECONDS = 0.05


def trickle(sock: object, pieces: list[bytes], seconds: float) -> float:
    """Send piece after piece until the other side hangs up; how long that took. The last piece is repeated."""
    started = time.monotonic()
    at = 0
    while time.monotonic() - started < seconds:
        try:
            sock.sendall(pieces[min(at, len(pieces) - 1)])  # type: ignore[attr-defined]
        except OSError:
            break
        at += 1
        time.sleep(STEP_SECONDS)
    return time.monotonic() - started


def test_asking_for_an_association_has_an_end(dicom: DicomServer, settings: LazySettings) -> None:
    settings.DICOM_ACSE_SECONDS = 1
    asked = request()
    with connection(dicom) as sock:
        assert trickle(sock, [asked[at : at + 1] for at in range(len(asked))], 10) < 5
    others_are_served(dicom)


def test_a_request_in_crumbs_has_an_end(dicom: DicomServer, settings: LazySettings) -> None:
    settings.DICOM_MESSAGE_SECONDS = 1
    with connection(dicom) as sock:
        sock.sendall(request(FIND))
        sock.recv(4096)
        assert trickle(sock, [_unit(_command(FIND, 0x20), 3), _unit(b"\x08\0", 0)], 10) < 5
    others_are_served(dicom)


def test_empty_pieces_neither_fill_memory_nor_keep_it_alive(dicom: DicomServer, settings: LazySettings) -> None:
    settings.DICOM_MESSAGE_SECONDS = 1
    with connection(dicom) as sock:
        sock.sendall(request())
        sock.recv(4096)
        empty = struct.pack(">LBB", 2, 1, 1) * 1000
        assert trickle(sock, [struct.pack(">BBL", 4, 0, len(empty)) + empty], 10) < 5
    others_are_served(dicom)


@pytest.mark.parametrize(("rate", "is_kept"), [(1, True), (1 << 30, False)])
def test_an_object_has_the_time_that_its_bytes_may_take(dicom: DicomServer, settings: LazySettings, rate: int, is_kept: bool) -> None:
    settings.DICOM_MESSAGE_SECONDS, settings.DICOM_SLOWEST_BYTES = 0.5, rate
    with connection(dicom) as sock:
        sock.sendall(request(CT))
        sock.recv(4096)
        sock.sendall(_unit(_command(CT, 1, "1.2.3"), 3))
        took = trickle(sock, [_unit(bytes(2000), 0)], 3)
        assert (took >= 3) is is_kept
        if not is_kept:
            assert said(sock) in (b"", b"\7\0\0\0\0\4\0\0\2\0")
    others_are_served(dicom)
    assert Instance.objects.count() == 0
