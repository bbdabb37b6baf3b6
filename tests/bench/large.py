"""One multi-frame object of 500 MB: how much more memory it makes a server's processes hold at their highest, and how fast it is in."""

import os
import struct
import time
from collections.abc import Callable
from pathlib import Path

from pydicom.uid import CTImageStorage

from imaging.dimse import commands as c
from tests.bench.client import Client
from tests.bench.objects import OBJECT, SERIES, STUDY, Stack, encoded, slice_of_noise
from tests.bench.servers import Server
from tests.bench.table import Better, Table

MEGABYTE = 1 << 20
MEGABYTES, FRAMES, ROUNDS = 500, 1000, 3
LISTENS = "0A"


def run(table: Table, servers: list[Server], next_number: Callable[[], int]) -> None:
    more: dict[str, list[float]] = {server.name: [] for server in servers}
    rates: dict[str, list[float]] = {server.name: [] for server in servers}
    for _ in range(ROUNDS):
        for server in servers:
            processes = listening(server.dicom_port)
            before = {process: memory(process, "VmRSS") for process in processes}
            for process in processes:
                Path(f"/proc/{process}/clear_refs").write_text("5")  # the highest is counted anew
            started = time.perf_counter()
            status = send(server.dicom_port, Stack(next_number(), 1), server.ae_title)
            rates[server.name].append(MEGABYTES / (time.perf_counter() - started))
            if status:
                raise SystemExit(f"an object of {MEGABYTES} MB was answered {status:04X}")
            more[server.name].append(sum(memory(process, "VmHWM") - before[process] for process in processes) / MEGABYTE)
    table.row(f"one object of {MEGABYTES} MB, more resident memory", "MB", more, Better.LESS)
    table.row("the same, taken in at", "MB/s", rates, Better.MORE)


def send(port: int, stack: Stack, ae_title: str) -> int:
    """Store an object of MEGABYTES under the first UID of `stack`, never whole in this process either; the status."""
    ds = slice_of_noise()
    ds.NumberOfFrames = FRAMES
    pixels = ds.PixelData
    ds.PixelData = b"\0\0"
    head = encoded(ds)[:-6]  # up to the length of the pixel data
    for old, new in ((STUDY, stack.study), (SERIES, stack.series), (OBJECT, stack.uid(0))):
        head = head.replace(old.encode(), new.encode())
    size = MEGABYTES * MEGABYTE // FRAMES // 2 * 2
    with Client(port, CTImageStorage, ae_title) as client:
        stream = client.begin(c.C_STORE_RQ, {c.AFFECTED_INSTANCE: stack.uid(0)})
        stream(head + struct.pack("<L", size * FRAMES), False)
        for number in range(FRAMES):
            stream(pixels[:size], number == FRAMES - 1)
        return client.answer()[1]


def listening(port: int) -> list[int]:
    """The processes that hold the socket on which `port` is listened at."""
    rows = [line.split() for table in ("tcp", "tcp6") for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]]
    sockets = {f"socket:[{row[9]}]" for row in rows if row[3] == LISTENS and int(row[1].rpartition(":")[2], 16) == port}
    return [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit() and sockets & set(_open_files(folder))]


def _open_files(process: Path) -> list[str]:
    try:
        return [os.readlink(handle) for handle in (process / "fd").iterdir()]  # noqa: PTH115  no path, but a socket's name
    except OSError:
        return []


def memory(process: int, word: str) -> int:
    """Bytes: VmRSS is what it holds now, VmHWM the most so far."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(word)).split()[1]) * 1024
