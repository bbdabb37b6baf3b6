"""DICOMweb: STOW-RS of a series, and its return as a whole, frame by frame over six connections, as metadata and as a picture.

Answers are looked at (how many parts, how long a frame), so that an error does not pass for a quick answer. Access policy and audit are on.
"""

import http.client
import json
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.bench.objects import SIDE, Stack
from tests.bench.servers import Server
from tests.bench.table import Better, Table

SLICES, ROUNDS, CONNECTIONS, PICTURES = 250, 3, 6, 40
FRAME = 'multipart/related; type="application/octet-stream"'
OBJECTS = 'multipart/related; type="application/dicom"'
JSON = "application/dicom+json"


class Web:
    """One HTTP connection that stays open, as a viewer's does."""

    def __init__(self, server: Server) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", server.http_port, timeout=120)
        self._server = server

    def ask(self, path: str, accept: str = JSON, body: bytes | None = None, content_type: str = "") -> bytes:
        """The content of the answer. Raises SystemExit when it is no success."""
        signed = self._server.sends_as if body else self._server.reads_as
        headers = {**signed, "Accept": accept, **({"Content-Type": content_type} if body else {})}
        self._connection.request("POST" if body else "GET", f"{self._server.dicomweb}{path}", body, headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status not in {200, 201}:
            raise SystemExit(f"{path} was answered {answer.status}: {content[:300]!r}")
        return content


@dataclass(frozen=True)
class Work:
    """A work on a stored series: `act` does it once and returns its figure."""

    name: str
    unit: str
    act: Callable[[Server, Stack], float]
    better: Better


def run(table: Table, servers: list[Server], next_number: Callable[[], int]) -> None:
    servers = [server for server in servers if server.dicomweb]
    stored: dict[str, Stack] = {}
    rates: dict[str, list[float]] = {server.name: [] for server in servers}
    for _ in range(ROUNDS):
        for server in servers:
            stored[server.name] = Stack(next_number(), SLICES, is_file=True)
            rates[server.name].append(stow(server, stored[server.name]))
    table.row(f"STOW-RS of {SLICES} slices in one request", "objects/s", rates, Better.MORE)
    for work in WORKS:
        found = {server.name: [work.act(server, stored[server.name]) for _ in range(ROUNDS)] for server in servers}
        table.row(work.name, work.unit, found, work.better)


def stow(server: Server, stack: Stack) -> float:
    body, boundary = bytearray(), uuid.uuid4().hex
    for _uid, content in stack.objects():
        body += f"--{boundary}\r\nContent-Type: application/dicom\r\n\r\n".encode() + content + b"\r\n"
    body += f"--{boundary}--\r\n".encode()
    started = time.perf_counter()
    answer = Web(server).ask("/studies", JSON, bytes(body), f'multipart/related; type="application/dicom"; boundary={boundary}')
    took = time.perf_counter() - started
    _check(len(json.loads(answer)["00081199"]["Value"]), SLICES)
    return SLICES / took


def series(server: Server, stack: Stack) -> float:
    started = time.perf_counter()
    content = Web(server).ask(f"/studies/{stack.study}/series/{stack.series}", OBJECTS)
    took = time.perf_counter() - started
    _check(content.count(b"DICM"), SLICES)
    return len(content) / took / 1e6


def frames(server: Server, stack: Stack) -> float:
    webs = [Web(server) for _ in range(CONNECTIONS)]

    def some(one: int) -> int:
        place = f"/studies/{stack.study}/series/{stack.series}/instances"
        answers = (webs[one].ask(f"{place}/{stack.uid(at)}/frames/1", FRAME) for at in range(one, SLICES, CONNECTIONS))
        return sum(len(answer) >= SIDE * SIDE * 2 for answer in answers)

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        started = time.perf_counter()
        whole = sum(pool.map(some, range(CONNECTIONS)))
        took = time.perf_counter() - started
    _check(whole, SLICES)
    return SLICES / took


def metadata(server: Server, stack: Stack) -> float:
    started = time.perf_counter()
    content = Web(server).ask(f"/studies/{stack.study}/series/{stack.series}/metadata")
    took = time.perf_counter() - started
    _check(len(json.loads(content)), SLICES)
    return took * 1000


def rendered(server: Server, stack: Stack) -> float:
    web, place = Web(server), f"/studies/{stack.study}/series/{stack.series}/instances"
    started = time.perf_counter()
    pictures = [web.ask(f"{place}/{stack.uid(at)}/rendered", "image/jpeg") for at in range(PICTURES)]
    took = time.perf_counter() - started
    _check(sum(picture.startswith(b"\xff\xd8") for picture in pictures), PICTURES)
    return took / PICTURES * 1000


def _check(found: int, wanted: int) -> None:
    if found != wanted:
        raise SystemExit(f"{found} instead of {wanted} came back")


WORKS = (
    Work(f"WADO-RS of the series ({SLICES} x 0.5 MB)", "MB/s", series, Better.MORE),
    Work(f"{SLICES} single frames over {CONNECTIONS} connections", "frames/s", frames, Better.MORE),
    Work("metadata of the series", "ms", metadata, Better.LESS),
    Work("a slice rendered as JPEG", "ms", rendered, Better.LESS),
)
