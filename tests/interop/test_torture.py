"""Everything breaks while scanners send: what was acknowledged is there once, whole, and nothing else is.

Five rounds with each run of the tests; `make torture` plays twenty, LIGHTBOX_TORTURE_ROUNDS as many as wanted, and LIGHTBOX_TORTURE_SEED
plays a run again. Not covered: the machine losing power, which only real disks can show; a disk that returns other bytes than it was given.
"""

import hashlib
import logging
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from pydicom import dcmread

from tests.interop.dicom_server import dicom_linux_only
from tests.interop.torture import ROOT, Journal, Postgres, Redis, Sender, Servers, half_an_object, pixels_of, small_disk
from tests.services import folder
from tests.system import until

ROUNDS = int(os.environ.get("LIGHTBOX_TORTURE_ROUNDS", "5"))
SEED = int(os.environ.get("LIGHTBOX_TORTURE_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 30)
SENDERS = 4
COUNTS = """SELECT (SELECT sum(instance_count) FROM imaging_study), (SELECT sum(instance_count) FROM imaging_series),
 (SELECT count(*) FROM imaging_instancemetadata)"""
logger = logging.getLogger(__name__)
pytestmark = [dicom_linux_only, pytest.mark.system, pytest.mark.timeout(120 + 30 * ROUNDS)]


@dataclass
class Ward:
    """All that can break, and who suffers."""

    servers: Servers
    database: Postgres
    broker: Redis
    archive: Path
    has_small_disk: bool
    dice: random.Random
    journal: Journal = field(default_factory=Journal)
    done: Counter[str] = field(default_factory=Counter)
    stalled: list[object] = field(default_factory=list)

    def one_process_killed(self) -> None:
        self.servers.kill_one(self.dice)

    def all_processes_killed(self) -> None:
        self.servers.kill_all()
        self.pause()
        self.servers.start()

    def database_stopped(self) -> None:
        self.database.stop()
        self.pause()
        self.database.start()

    def broker_down(self) -> None:
        self.broker.stop()
        self.pause()
        self.broker.start()

    def disk_full(self) -> None:
        filler = self.archive / "filler"
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(1 << 16))
        refused = sum(self.journal.refused.values())
        until(lambda: sum(self.journal.refused.values()) > refused, "somebody is told that there is no room")
        filler.unlink()

    def associations_cut_and_stalled(self) -> None:
        for cut in (True, False, True, False):
            with suppress(OSError):
                self.stalled.append(half_an_object(self.servers.port, self.journal, cut=cut))

    def pause(self) -> None:
        time.sleep(self.dice.uniform(0.05, 0.6))

    def blows(self) -> list[Callable[[], None]]:
        found = [self.all_processes_killed, self.database_stopped, self.broker_down, self.associations_cut_and_stalled]
        return [*found, *([self.disk_full] if self.has_small_disk else [])]

    def progress(self, objects: int) -> None:
        """The load goes on: so many more are acknowledged."""
        wanted = len(self.journal.acknowledged) + objects
        until(lambda: len(self.journal.acknowledged) >= wanted, "the senders get on", 60)

    def play(self, rounds: int) -> None:
        """Each round kills a process at a random moment and deals one further blow, all of them in turn."""
        queue: list[Callable[[], None]] = []
        for _ in range(rounds):
            queue = queue or self.dice.sample(self.blows(), len(self.blows()))
            for blow in (queue.pop(), self.one_process_killed):
                self.progress(self.dice.randrange(5, 40))
                self.done[blow.__name__] += 1
                blow()


@pytest.fixture
def ward() -> Iterator[Ward]:
    with ExitStack() as stack:
        home = stack.enter_context(folder("torture"))
        home.chmod(0o755)
        archive = home / "data" / "archive"
        has_small_disk = stack.enter_context(small_disk(archive))
        (home / "pg").mkdir()
        database, broker = Postgres(home / "pg"), Redis(home)
        stack.callback(lambda: (database.process.poll() is None and database.stop(), broker.stop()))
        env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings.demo",
            "LIGHTBOX_DATA": str(home / "data"),
            "LIGHTBOX_DATABASE_URL": database.url,
            "LIGHTBOX_REDIS_URL": f"redis://127.0.0.1:{broker.port}/0",
            "LIGHTBOX_SECRET_KEY": "torture-" * 8,
            "LIGHTBOX_STORAGE_RESERVE_BYTES": "0",
            "LIGHTBOX_DICOM_MESSAGE_SECONDS": "5",
            "LIGHTBOX_DICOM_PDU_SECONDS": "5",
        }
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=env, check=True)
        servers = Servers(home / "data", env)
        servers.start()
        stack.callback(lambda: servers.process.poll() is None and servers.kill_all())
        yield Ward(servers, database, broker, archive, has_small_disk, random.Random(SEED))


def test_nothing_acknowledged_is_lost_doubled_or_half_written(ward: Ward) -> None:
    logger.warning("LIGHTBOX_TORTURE_SEED=%d", SEED)
    stopping = threading.Event()
    senders = [Sender(ward.servers.port, ward.journal, SEED + number, stopping) for number in range(SENDERS)]
    for sender in senders:
        sender.start()
    ward.play(ROUNDS)
    stopping.set()
    for sender in senders:
        sender.join(60)
        assert not sender.is_alive(), "a sender could not get rid of its object"
    assert ward.servers.stop() == 0
    refused = {f"{status:04X}": times for status, times in ward.journal.refused.items()}
    logger.warning("%s; %d acknowledged, refused: %s", dict(ward.done), len(ward.journal.acknowledged), refused)
    check(ward)


def check(ward: Ward) -> None:
    acknowledged, begun = ward.journal.acknowledged, ward.journal.begun
    with psycopg.connect(ward.database.url) as connection:
        rows = connection.execute("SELECT sop_instance_uid, path, sha256, size_bytes FROM imaging_instance").fetchall()
        counted = connection.execute(COUNTS).fetchone()
        cases = connection.execute("SELECT count(*) FROM imaging_integritycase WHERE kind <> 'unmatched'").fetchone()
    indexed = {row[0] for row in rows}
    assert set(acknowledged) - indexed == set(), "acknowledged and lost"
    assert indexed - begun == set(), "never sent"
    assert len(rows) == len(indexed), "indexed twice"
    assert counted == (len(rows), len(rows), len(rows)), "the counts are not those of the objects"
    assert cases == (0,), "the same object again was taken for another"
    for uid, path, sha256, size in rows:
        content = (ward.archive / path).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (size, sha256)
        assert content.endswith(pixels_of(uid))
    check_the_disk(ward, {str(row[1]) for row in rows})


def check_the_disk(ward: Ward, known: set[str]) -> None:
    """Besides what the index knows: only whole objects whose process died before the index did know them, few of them, and nothing half."""
    files = {str(path.relative_to(ward.archive)) for path in ward.archive.rglob("*") if path.is_file()}
    assert known <= files
    assert [name for name in files if name.endswith(".part")] == [], "half-written"
    orphans = files - known
    breaks = sum(ward.done.values())
    assert len(orphans) <= breaks * SENDERS
    for name in orphans:
        ds = dcmread(ward.archive / name)
        assert ds.PixelData == pixels_of(ds.SOPInstanceUID)
