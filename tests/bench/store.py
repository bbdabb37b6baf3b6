"""C-STORE by one, four and eight senders; from DCMTK's storescu without and with Nagle's algorithm; and what this machine
and its disk allow."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from pydicom.uid import CTImageStorage

from imaging.dimse import commands as c
from tests.bench import floor
from tests.bench.client import Client
from tests.bench.objects import Stack
from tests.bench.servers import Server
from tests.bench.table import Better, Table

OBJECTS, ROUNDS = 64, 5
SENDERS = (1, 4, 8)


def run(table: Table, servers: list[Server], folder: Path, next_number: Callable[[], int]) -> None:
    for senders in SENDERS:
        rates: dict[str, list[float]] = {server.name: [] for server in servers}
        for _ in range(ROUNDS):
            for server in servers:
                rates[server.name].append(rate(server, Stack(next_number(), OBJECTS), senders))
        table.row(f"C-STORE of 0.5 MB, {senders} sender{'s' * (senders > 1)}", "objects/s", rates, Better.MORE)
        synced = [disk_rate(folder, senders) for _ in range(ROUNDS)]
        with floor.receiving(folder / f"floor{senders}") as port:
            bare = [floor.rate(port, Stack(next_number(), OBJECTS).objects(), senders) for _ in range(ROUNDS)]
        table.row(f"0.5 MB received, digested and synced, no index, {senders} at once", "objects/s", {"Lightbox": bare}, Better.NEITHER)
        table.row(f"files of 0.5 MB written and synced, {senders} at once", "files/s", {"Lightbox": synced}, Better.NEITHER)
    if shutil.which("storescu", path="/usr/bin"):
        for said, environment in (("off", {"TCP_NODELAY": "1"}), ("on, as Debian ships it", {})):
            rates = {server.name: [] for server in servers}
            for _ in range(ROUNDS):
                for server in servers:
                    rates[server.name].append(storescu_rate(server, Stack(next_number(), OBJECTS, is_file=True), folder, environment))
            table.row(f"storescu, Nagle {said}, its start included", "objects/s", rates, Better.MORE)


def rate(server: Server, stack: Stack, senders: int) -> float:
    """Objects a second; the associations are open before the clock starts."""
    objects = stack.objects()
    with ExitStack() as opened:
        clients = [opened.enter_context(Client(server.dicom_port, CTImageStorage, server.ae_title)) for _ in range(senders)]
        pool = opened.enter_context(ThreadPoolExecutor(senders))
        started = time.perf_counter()
        list(pool.map(store_all, clients, [objects[one::senders] for one in range(senders)]))
        return len(objects) / (time.perf_counter() - started)


def store_all(client: Client, objects: list[tuple[str, bytes]]) -> None:
    """Raises SystemExit when one is refused."""
    for uid, data in objects:
        _pending, status = client.ask(c.C_STORE_RQ, data, {c.AFFECTED_INSTANCE: uid})
        if status:
            raise SystemExit(f"C-STORE was answered {status:04X}")


def storescu_rate(server: Server, stack: Stack, folder: Path, environment: Mapping[str, str]) -> float:
    """By DCMTK's own program, its start included."""
    files = Path(tempfile.mkdtemp(dir=folder))
    for at, (_uid, content) in enumerate(stack.objects()):
        (files / f"{at}.dcm").write_bytes(content)
    command = ["/usr/bin/storescu", "-aec", server.ae_title, "+sd", "127.0.0.1", str(server.dicom_port), str(files)]
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, **environment})
    return stack.count / (time.perf_counter() - started)


def disk_rate(folder: Path, writers: int) -> float:
    """Files a second that this disk makes durable: written, synced, renamed, the folder synced. They stay: what is deleted during a run
    makes new files dearer on some file systems, for whoever makes one next."""
    content = memoryview(os.urandom(floor.OBJECT_BYTES))
    place = Path(tempfile.mkdtemp(dir=folder))
    with ThreadPoolExecutor(writers) as pool:
        started = time.perf_counter()
        list(pool.map(lambda _at: floor.keep(place, content), range(OBJECTS)))
        return OBJECTS / (time.perf_counter() - started)
