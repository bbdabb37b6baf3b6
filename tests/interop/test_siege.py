"""All at once: strangers, silence, crumbs, bombs, garbage and cut objects from one node, and a scanner that must not notice.

Each attack alone is in test_hostile.py, test_admission.py and test_deadlines.py. Not covered: floods that fill the network itself.
"""

import contextlib
import itertools
import os
import random
import socket
import struct
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from pydicom.uid import CTImageStorage, DeflatedExplicitVRLittleEndian, generate_uid

from imaging.archive.models import Instance
from imaging.dimse import commands as c
from imaging.dimse import pdu
from imaging.dimse.models import RemoteNode
from tests.bench import large
from tests.bench.client import CONTEXT_ID, Client, associate, item
from tests.bench.objects import OBJECT, SERIES, STUDY, Stack, encoded, slice_of_noise
from tests.imaging.archive.objects import as_file, ct_slice
from tests.interop.dicom_server import ServerProcess, dicom_linux_only

pytestmark = dicom_linux_only
SCANNER, EVIL, STRANGER = "127.0.0.1", "127.0.0.12", "127.0.0.13"
MEGABYTE = 1 << 20
SERVED_WITHIN_SECONDS = 1.0
SCANS = 60
DEEDS = ("stranger", "silent", "crumbs", "long_length", "garbage", "cut", "bomb", "nesting", "path")


class StrictServer(ServerProcess):
    """Trusts nobody but its nodes, as in the hospital, and gives a peer little time."""

    def environment(self) -> dict[str, str]:
        return {
            **super().environment(),
            "DJANGO_SETTINGS_MODULE": "tests.strict_settings",
            "LIGHTBOX_DICOM_NODES_SECONDS": "1",
            "LIGHTBOX_DICOM_ACSE_SECONDS": "2",
            "LIGHTBOX_DICOM_PDU_SECONDS": "2",
            "LIGHTBOX_DICOM_MESSAGE_SECONDS": "2",
        }

    def peak_bytes(self, *, now: bool = False) -> int:
        assert self.process is not None
        word = "VmRSS" if now else "VmHWM"
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith(word)).split()[1]) * 1024


@pytest.fixture
def server(server_process: Callable[[type[ServerProcess]], ServerProcess]) -> StrictServer:
    RemoteNode.objects.create(ae_title="BENCH", host=SCANNER, may_store=True)
    RemoteNode.objects.create(ae_title="EVIL", host=EVIL, may_store=True, max_associations=8)
    started = server_process(StrictServer)
    assert isinstance(started, StrictServer)
    return started


class Attack:
    """What one thread of the besiegers does, until it is over."""

    def __init__(self, port: int, seed: int) -> None:
        self.port, self.dice = port, random.Random(seed)
        self.over = threading.Event()
        self.held: list[socket.socket] = []
        self.done: Counter[str] = Counter()

    def connect(self, address: str = EVIL) -> socket.socket:
        sock = socket.create_connection(("127.0.0.1", self.port), 5, source_address=(address, 0))
        self.held = [*self.held[-30:], sock]
        return sock

    def associated(self, syntax: str = "1.2.840.10008.1.2") -> socket.socket:
        sock = self.connect()
        asked = associate(CTImageStorage, "LIGHTBOX").replace(b"BENCH".ljust(16), b"EVIL".ljust(16))
        if syntax != "1.2.840.10008.1.2":
            asked = _with_syntax(asked, syntax)
        sock.sendall(asked)
        sock.settimeout(5)
        sock.recv(4096)
        return sock

    def run(self) -> None:
        deeds = [getattr(self, name) for name in DEEDS]
        while not self.over.wait(0.02):
            deed = self.dice.choice(deeds)
            with contextlib.suppress(OSError):
                deed()
                self.done[deed.__name__] += 1
        for sock in self.held:
            sock.close()

    def stranger(self) -> None:
        self.connect(STRANGER).sendall(bytes(100))

    def silent(self) -> None:
        self.connect()

    def crumbs(self) -> None:
        self.connect().sendall(associate(CTImageStorage, "LIGHTBOX")[: self.dice.randrange(1, 70)])

    def long_length(self) -> None:
        self.connect().sendall(struct.pack(">BBL", self.dice.choice((1, 4)), 0, 0x7FFFFFFF) + bytes(5000))

    def garbage(self) -> None:
        self.connect().sendall(os.urandom(self.dice.randrange(1, 5000)))

    def cut(self) -> None:
        self._store(self.associated(), ct_slice().SOPInstanceUID, bytes(100_000), is_last=False)

    def bomb(self) -> None:
        self._store(self.associated(DeflatedExplicitVRLittleEndian), *deflate_bomb())

    def nesting(self) -> None:
        self._store(self.associated(), generate_uid(), b"\x08\0\x15\x11\xff\xff\xff\xff\xfe\xff\0\xe0\xff\xff\xff\xff" * 20_000)

    def path(self) -> None:
        self._store(self.associated(), "../../../../tmp/pwned", encoded(slice_of_noise()))

    def _store(self, sock: socket.socket, uid: str, data: bytes, *, is_last: bool = True) -> None:
        command = {c.FIELD: 1, c.MESSAGE_ID: 1, c.AFFECTED_CLASS: CTImageStorage, c.PRIORITY: 0, c.DATA_SET_TYPE: 1}
        command[c.AFFECTED_INSTANCE] = uid
        for unit in pdu.p_data(CONTEXT_ID, c.command_write(command), is_command=True, max_length=1 << 17):
            sock.sendall(unit)
        for at in range(0, len(data), 65_536):
            end = is_last and at + 65_536 >= len(data)
            sock.sendall(pdu.data_unit(CONTEXT_ID, data[at : at + 65_536], is_command=False, is_last=end))
        if is_last:
            sock.recv(4096)


def _with_syntax(asked: bytes, syntax: str) -> bytes:
    """The same request with another transfer syntax; the lengths around it follow."""
    old, new = item(0x40, b"1.2.840.10008.1.2"), item(0x40, syntax.encode())
    longer = len(new) - len(old)
    at = asked.index(old)
    context = asked.rindex(struct.pack(">BB", 0x20, 0), 0, at)
    size = struct.unpack(">H", asked[context + 2 : context + 4])[0]
    body = asked[6 : context + 2] + struct.pack(">H", size + longer) + asked[context + 4 : at] + new + asked[at + len(old) :]
    return struct.pack(">BBL", 1, 0, len(body)) + body


@cache
def deflate_bomb() -> tuple[str, bytes]:
    """A few hundred kilobytes that would be 400 MB."""
    ds = ct_slice()
    plain = as_file(ds).read()
    start = plain.index(b"\x08\0\x05\0CS") if b"\x08\0\x05\0CS" in plain else plain.index(b"\x08\0\x16\0UI")
    packer = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    size = 400 * MEGABYTE
    data = packer.compress(plain[start:] + b"\xfc\xff\xfc\xffOB\0\0" + struct.pack("<L", size))
    block = bytes(MEGABYTE)
    return ds.SOPInstanceUID, data + b"".join(packer.compress(block) for _ in range(size // MEGABYTE)) + packer.flush()


@pytest.fixture
def siege(server: StrictServer) -> Iterator[Callable[[], Counter[str]]]:
    """Gives what has been done to the server so far."""
    deflate_bomb()
    attacks = [Attack(server.port, seed) for seed in range(3)]
    threads = [threading.Thread(target=attack.run, daemon=True) for attack in attacks]
    for thread in threads:
        thread.start()
    yield lambda: sum((attack.done for attack in attacks), Counter())
    for attack in attacks:
        attack.over.set()
    for thread in threads:
        thread.join(30)


def test_a_scanner_is_served_within_a_second_throughout_a_siege(server: StrictServer, siege: Callable[[], Counter[str]]) -> None:
    before = server.peak_bytes(now=True)
    data, waits = encoded(slice_of_noise()), []
    for number in itertools.count():
        if number >= SCANS and min(siege().get(deed, 0) for deed in DEEDS) >= 3:
            break
        uid = f"1.2.3.3{number:09d}"
        started = time.monotonic()
        with Client(server.port, CTImageStorage) as client:
            _pending, status = client.ask(c.C_STORE_RQ, data.replace(OBJECT.encode(), uid.encode()), {c.AFFECTED_INSTANCE: uid})
        waits.append(time.monotonic() - started)
        assert status == 0
    assert sorted(waits)[int(len(waits) * 0.95)] < SERVED_WITHIN_SECONDS, sorted(waits)[-8:]
    assert Instance.objects.filter(series__series_instance_uid=SERIES).count() == len(waits)
    assert set(Instance.objects.values_list("series__study__study_instance_uid", flat=True)) == {STUDY}
    assert server.peak_bytes() - before < 128 * MEGABYTE
    assert not Path("/tmp/pwned").exists()


def test_half_a_gigabyte_takes_less_than_64_megabytes_of_memory(server: StrictServer) -> None:
    before = server.peak_bytes(now=True)
    assert large.send(server.port, Stack(1, 1), "LIGHTBOX") == 0
    assert Instance.objects.get().size_bytes > large.MEGABYTES * MEGABYTE
    assert server.peak_bytes() - before < 64 * MEGABYTE
