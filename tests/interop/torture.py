"""What `test_torture.py` breaks and loads: PostgreSQL, Redis, a disk and DICOM processes of its own, and senders with a journal."""

import contextlib
import os
import random
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydicom.uid import CTImageStorage

from imaging.dimse import commands as c
from imaging.dimse import pdu
from tests.bench.client import CONTEXT_ID, Client, associate
from tests.bench.objects import OBJECT, SERIES, STUDY, encoded, slice_of_noise
from tests.services import accepts, free_port, postgres_programs, unprivileged, until_postgres_answers, wait_for

ROOT = Path(__file__).resolve().parents[2]
SIDE = 128
STUDIES = 6
RETRY_SECONDS = 0.1
TMPFS_BYTES = 512 * 1024 * 1024
PIXELS = SIDE * SIDE * 2


@dataclass
class Postgres:
    """It syncs what it commits, and can be stopped as by a power cut and started again."""

    home: Path
    port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        self.programs, self.owner = postgres_programs(), unprivileged()
        if self.owner:
            os.chown(self.home, self.owner["user"], self.owner["group"])
        initdb = [str(self.programs / "initdb"), "-D", str(self.home / "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run([*initdb, "--locale=C.UTF-8"], check=True, stdout=subprocess.DEVNULL, cwd=self.home, **self.owner)
        self.start()

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        server = [str(self.programs / "postgres"), "-D", str(self.home / "data"), "-p", str(self.port), "-h", "127.0.0.1"]
        server += ["-k", str(self.home), "-c", "max_connections=100"]
        with (self.home / "log").open("ab") as log:
            self.process = subprocess.Popen(server, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.home, **self.owner)
        until_postgres_answers(self.programs, self.port)

    def stop(self) -> None:
        """At once, without writing anything more (SIGQUIT, "immediate")."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(30)


@dataclass
class Redis:
    home: Path
    port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.home), "--save", ""]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        wait_for(lambda: accepts(self.port), "Redis")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(30)


@dataclass
class Servers:
    """`manage.py dicom_server` with two processes, on a folder and a database of its own."""

    data: Path
    env: dict[str, str]
    port: int = field(default_factory=free_port)

    def start(self) -> None:
        command = [sys.executable, "manage.py", "dicom_server", "--port", str(self.port), "--processes", "2"]
        with (self.data / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True)
        wait_for(lambda: accepts(self.port), "the DICOM server")

    def children(self) -> list[int]:
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(word) for word in listed.read_text().split()]

    def kill_one(self, dice: random.Random) -> None:
        """One process of the two; the other goes on and the parent starts another."""
        if children := self.children():
            with contextlib.suppress(ProcessLookupError):
                os.kill(dice.choice(children), signal.SIGKILL)

    def kill_all(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(30)


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """`folder` on a disk of its own that can be filled; False where mounting is not allowed."""
    folder.mkdir(parents=True)
    mount = shutil.which("mount")
    command = [str(mount), "-t", "tmpfs", "-o", f"size={TMPFS_BYTES}", "tmpfs", str(folder)]
    is_mounted = bool(mount) and os.geteuid() == 0 and subprocess.run(command, check=False, capture_output=True).returncode == 0
    try:
        yield is_mounted
    finally:
        if is_mounted:
            subprocess.run([str(shutil.which("umount")), "-l", str(folder)], check=True)


def pixels_of(uid: str) -> bytes:
    """Pixels that only the object with this UID has."""
    return random.Random(uid).randbytes(PIXELS)


def template() -> bytes:
    ds = slice_of_noise()
    ds.Rows = ds.Columns = SIDE
    ds.PixelData = bytes(PIXELS)
    return encoded(ds)


class Journal:
    """Written by the senders: what was begun, and what the server said it has. The one witness that the server cannot influence."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next = 0
        self.begun: set[str] = set()
        self.acknowledged: dict[str, int] = {}
        self.refused: dict[int, int] = {}

    def begin(self) -> tuple[str, str, str]:
        """UIDs of a new object, its series and study."""
        with self._lock:
            self._next += 1
            number = self._next
            uid = f"1.2.3.3{number:09d}"
            self.begun.add(uid)
        return uid, f"1.2.3.2{number % STUDIES:09d}", f"1.2.3.1{number % STUDIES:09d}"

    def said(self, uid: str, status: int) -> None:
        with self._lock:
            if status == 0:
                self.acknowledged[uid] = self.acknowledged.get(uid, 0) + 1
            else:
                self.refused[status] = self.refused.get(status, 0) + 1


class Sender(threading.Thread):
    """A modality: it sends an object again and again until it hears that it is safe, and some of them twice although it did."""

    def __init__(self, port: int, journal: Journal, seed: int, stopping: threading.Event) -> None:
        super().__init__(daemon=True)
        self._port, self._journal, self._stopping = port, journal, stopping
        self._dice = random.Random(seed)
        self._template = template()
        self._client: Client | None = None

    def run(self) -> None:
        while not self._stopping.is_set():
            uid, series, study = self._journal.begin()
            data = self._template.replace(STUDY.encode(), study.encode()).replace(SERIES.encode(), series.encode())
            data = data.replace(OBJECT.encode(), uid.encode())[:-PIXELS] + pixels_of(uid)
            for _ in range(2 if self._dice.random() < 0.1 else 1):
                self._until_safe(uid, data)
        self._leave()

    def _until_safe(self, uid: str, data: bytes) -> None:
        while True:
            try:
                status = self._send(uid, data)
            except (OSError, struct.error, ValueError):
                self._client = None
                status = -1
            if status >= 0:
                self._journal.said(uid, status)
            if status == 0:
                return
            time.sleep(RETRY_SECONDS)

    def _send(self, uid: str, data: bytes) -> int:
        if self._client is None:
            self._client = Client(self._port, CTImageStorage)
        return self._client.ask(c.C_STORE_RQ, data, {c.AFFECTED_INSTANCE: uid})[1]

    def _leave(self) -> None:
        with contextlib.suppress(OSError, struct.error):
            if self._client is not None:
                self._client.__exit__()


def half_an_object(port: int, journal: Journal, *, cut: bool) -> socket.socket:
    """A sender that stops in the middle of an object, and hangs up or just stays. Never acknowledged, so never to be found."""
    uid, _series, _study = journal.begin()
    sock = socket.create_connection(("127.0.0.1", port), 10)
    sock.sendall(associate(CTImageStorage, "LIGHTBOX"))
    sock.recv(4096)
    command = {c.FIELD: c.C_STORE_RQ, c.MESSAGE_ID: 1, c.AFFECTED_CLASS: CTImageStorage, c.PRIORITY: 0, c.DATA_SET_TYPE: 1}
    command[c.AFFECTED_INSTANCE] = uid
    for unit in pdu.p_data(CONTEXT_ID, c.command_write(command), is_command=True, max_length=1 << 17):
        sock.sendall(unit)
    sock.sendall(pdu.data_unit(CONTEXT_ID, template().replace(OBJECT.encode(), uid.encode())[:20_000], is_command=False, is_last=False))
    if cut:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()
    return sock
