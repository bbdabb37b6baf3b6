"""Peers that mean harm, or are broken: none takes memory or a place for long, and the others are served meanwhile.

Not covered: floods that fill every place at once, deflate bombs in memory-limited workers (a later issue), TLS.
"""

import os
import socket
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from django.conf import LazySettings
from pydicom.uid import CTImageStorage, DeflatedExplicitVRLittleEndian, generate_uid
from pynetdicom import AE

from imaging.archive.intake.ingest import instance_ingest
from imaging.archive.models import Instance
from imaging.dimse.server import DicomServer
from tests.imaging.archive.objects import as_file, ct_slice
from tests.interop.dicom_server import dcmtk, dialled
from tests.system import until

MEGABYTE = 1 << 20
STUDY_FIND = b"1.2.840.10008.5.1.4.1.2.2.1"


@contextmanager
def connection(server: DicomServer) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", server.port), 10) as sock:
        sock.settimeout(20)
        yield sock


def item(kind: int, value: bytes) -> bytes:
    return struct.pack(">BBH", kind, 0, len(value)) + value


def request(abstract: bytes = b"1.2.840.10008.1.1", called: bytes = b"LIGHTBOX", calling: bytes = b"EVIL") -> bytes:
    context = item(0x20, b"\1\0\0\0" + item(0x30, abstract) + item(0x40, b"1.2.840.10008.1.2"))
    body = struct.pack(">HH", 1, 0) + called.ljust(16) + calling.ljust(16) + bytes(32)
    body += item(0x10, b"1.2.840.10008.3.1.1.1") + context + item(0x50, item(0x51, struct.pack(">L", 16384)))
    return struct.pack(">BBL", 1, 0, len(body)) + body


def said(sock: socket.socket) -> bytes:
    """Everything until the other side hangs up."""
    found = b""
    try:
        while piece := sock.recv(4096):
            found += piece
    except ConnectionResetError:
        pass
    return found


def resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1]) if Path("/proc/self/statm").exists() else 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def others_are_served(server: DicomServer) -> None:
    dcmtk("echoscu", "-aec", "LIGHTBOX", "127.0.0.1", str(server.port))


def test_a_length_that_promises_gigabytes_takes_no_memory(dicom: DicomServer) -> None:
    before = resident_bytes()
    with connection(dicom) as sock:
        sock.sendall(struct.pack(">BBL", 1, 0, 0x7FFFFFFF) + bytes(1000))
        assert said(sock)[:1] in (b"\7", b"")
    assert resident_bytes() - before < 64 * MEGABYTE
    others_are_served(dicom)


@pytest.mark.parametrize(
    "garbage", [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", bytes(200), b"\1\0\0\0\0\4abcd", b"\4\0\0\0\0\4abcd", os.urandom(300)]
)
def test_garbage_is_hung_up_on(dicom: DicomServer, settings: LazySettings, garbage: bytes) -> None:
    settings.DICOM_PDU_SECONDS = 1
    with connection(dicom) as sock:
        sock.sendall(garbage)
        with suppress(OSError):  # it may have hung up already
            sock.shutdown(socket.SHUT_WR)
        assert said(sock)[:1] in (b"\7", b"\3", b"")
    others_are_served(dicom)


def test_silence_and_slowness_end(dicom: DicomServer, settings: LazySettings) -> None:
    settings.DICOM_ACSE_SECONDS = settings.DICOM_PDU_SECONDS = 1
    with connection(dicom) as silent, connection(dicom) as slow:
        slow.sendall(request()[:20])
        assert said(silent) == b""
        assert said(slow) == b""


def test_silent_connections_do_not_shut_others_out(dicom: DicomServer, settings: LazySettings) -> None:
    settings.DICOM_MAX_ASSOCIATIONS = 12
    sockets = [socket.create_connection(("127.0.0.1", dicom.port)) for _ in range(10)]
    others_are_served(dicom)
    for sock in sockets:
        sock.close()


def test_any_number_of_silent_connections_shuts_nobody_out(dicom: DicomServer) -> None:
    sockets = [socket.create_connection(("127.0.0.1", dicom.port)) for _ in range(80)]
    for _ in range(3):
        others_are_served(dicom)
    for sock in sockets:
        sock.close()


def test_a_peer_that_never_reads_ends_and_the_others_are_served(
    dicom: DicomServer, settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.DICOM_NETWORK_SECONDS = 1
    for _ in range(120):
        instance_ingest(stream=as_file(ct_slice(ImageComments="x" * 60_000)), source_ae_title="CT1", door="dicom")
    query = b"\x08\0\x52\0\x06\0\0\0IMAGE \x20\0\x00\x40\0\0\0\0"
    with connection(dicom) as sock:
        sock.sendall(request(STUDY_FIND) + _unit(_command(STUDY_FIND, 0x20), 3) + _unit(query, 2))
        others_are_served(dicom)
        until(lambda: "does not take our answer" in caplog.text, "the server gave it up")
    others_are_served(dicom)


def test_a_full_house_says_so(dicom: DicomServer, settings: LazySettings) -> None:
    settings.DICOM_MAX_ASSOCIATIONS = 1
    with connection(dicom) as first:
        first.sendall(request())
        assert first.recv(1) == b"\2"
        answer = dcmtk("echoscu", "-aec", "LIGHTBOX", "127.0.0.1", str(dicom.port), check=False)
        assert "Local Limit Exceeded" in answer


def test_a_command_that_never_ends(dicom: DicomServer) -> None:
    with connection(dicom) as sock:
        sock.sendall(request())
        sock.recv(4096)
        unit = _unit(bytes(60_000), 1)
        with pytest.raises(OSError):
            for _ in range(200):
                sock.sendall(unit)
    others_are_served(dicom)


def test_a_cut_transfer_leaves_nothing(dicom: DicomServer, settings: LazySettings) -> None:
    ae = AE("CT1")
    ae.add_requested_context(CTImageStorage)
    assoc = dialled(ae, dicom.port)
    sock = assoc.dul.socket.socket
    sock.sendall(_unit(_command(CTImageStorage.encode(), 1, generate_uid()), 3))
    sock.sendall(_unit(bytes(1000), 0))
    sock.shutdown(socket.SHUT_RDWR)
    others_are_served(dicom)
    assert Instance.objects.count() == 0
    dicom.stop()
    assert [path for path in Path(settings.ARCHIVE_DIR).rglob("*") if path.is_file()] == []


def _command(sop_class: bytes, field: int, uid: str = "") -> bytes:
    def element(number: int, value: bytes) -> bytes:
        value += b"\0" * (len(value) % 2)
        return struct.pack("<HHL", 0, number, len(value)) + value

    body = element(2, sop_class) + element(0x100, struct.pack("<H", field)) + element(0x110, b"\1\0") + element(0x700, b"\0\0")
    body += element(0x800, b"\1\0") + (element(0x1000, uid.encode()) if uid else b"")
    return struct.pack("<HHLL", 0, 0, 4, len(body)) + body


def _unit(piece: bytes, control: int) -> bytes:
    return struct.pack(">BBLLBB", 4, 0, len(piece) + 6, len(piece) + 2, 1, control) + piece


def test_a_deflate_bomb_is_refused_and_leaves_nothing(dicom: DicomServer, settings: LazySettings, tmp_path: Path) -> None:
    settings.DICOM_OBJECT_BYTES = 4 * MEGABYTE
    plain = as_file(ct_slice()).read()
    start = plain.index(b"\x08\0\x05\0CS")
    bomb = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    data = bomb.compress(plain[start:] + b"\xfc\xff\xfc\xffOB\0\0" + struct.pack("<L", 64 * MEGABYTE) + bytes(64 * MEGABYTE)) + bomb.flush()
    ds = ct_slice()
    ae = AE("CT1")
    ae.add_requested_context(CTImageStorage, DeflatedExplicitVRLittleEndian)
    assoc = dialled(ae, dicom.port)
    path = tmp_path / "bomb.dcm"
    ds.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    ds.save_as(path, enforce_file_format=True)
    head = path.read_bytes()
    meta_end = 144 + int.from_bytes(head[140:144], "little")
    path.write_bytes(head[:meta_end] + data)
    assert assoc.send_c_store(path).Status in (0xC000, 0xA900)
    assoc.release()
    assert Instance.objects.count() == 0


def test_deep_nesting_is_refused(dicom: DicomServer) -> None:
    ds = ct_slice()
    inner = ds
    for _ in range(60):
        below = ct_slice()
        inner.ReferencedImageSequence = [below]
        inner = below
    ae = AE("CT1")
    ae.add_requested_context(CTImageStorage)
    assoc = dialled(ae, dicom.port)
    ds.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2"
    ds.remove_private_tags()
    status = assoc.send_c_store(ds).Status
    assoc.release()
    assert status == 0xC000
