"""From the key `N` to the first image of the next case of the reading list: with its images fetched ahead only, and with its page prepared
by the browser too. Each case is another patient's CT.
"""

import json
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hl7.client import MLLPClient

from tests.bench.objects import PATIENT, Stack
from tests.bench.orders import order
from tests.bench.servers import Server
from tests.bench.table import Better, Table
from tests.bench.viewer import DEMO_PASSWORD, scan, send
from tests.tabs import Tab, tab

CASES, SLICES, FIRST = 5, 60, 700_000
READY_SECONDS, READ_SECONDS, FIRST_SECONDS = 60.0, 3.0, 60.0
NEVER_PREPARED = "HTMLScriptElement.supports = () => false"
PICTURE = "['first-image', 'complete'].includes(document.documentElement.dataset.viewer)"
FIRST_FRAME = "performance.timeOrigin + performance.getEntriesByName('first-image')[0].startTime"
WAYS = {"images fetched ahead": False, "page prepared too": True}


@dataclass(frozen=True)
class Case(Stack):
    """The images of one exam."""

    uid_of_study: str = ""

    @property
    def study(self) -> str:
        return self.uid_of_study


def run(table: Table, server: Server) -> None:
    for number in range(FIRST, FIRST + CASES * len(WAYS)):
        examine(server, number)
    for way, is_prepared in WAYS.items():
        took = [one * 1000 for one in read_on(server, is_prepared=is_prepared)]
        table.row(f"next case of the list ({SLICES} slices), first image, {way}", "ms", {server.name: took}, Better.LESS)


def examine(server: Server, number: int) -> None:
    """An exam that has ended, with its images."""
    if server.system is None:
        raise ValueError("the reading list is Lightbox's alone")
    with MLLPClient("127.0.0.1", server.system.hl7_port) as client:
        if b"MSA|AA" not in (answer := client.send_message(order(number))):
            raise SystemExit(f"The order was refused: {answer!r}")
    patient = str(int(PATIENT) + number)
    exam = asked(server, f"/api/exams/?{urllib.parse.urlencode({'q': patient})}")["results"][0]
    accession = exam["accession_number"]
    for act in ("start", "finish"):
        asked(server, f"/api/exams/{accession}/{act}/", method="POST")
    stack = Case(number, SLICES, uid_of_study=exam["study_instance_uid"])
    send(server, scan(stack, PatientID=patient, AccessionNumber=accession))


def asked(server: Server, path: str, method: str = "GET") -> Any:
    request = urllib.request.Request(f"http://127.0.0.1:{server.http_port}{path}", method=method, headers=dict(server.sends_as))
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        return json.load(answer)


def read_on(server: Server, *, is_prepared: bool) -> list[float]:
    """One reader goes through cases; from each key to its first image, in seconds."""
    with tab() as page:
        sign_in(page, server)
        if not is_prepared:
            page.send("Page.addScriptToEvaluateOnNewDocument", page.seen, source=NEVER_PREPARED)
        page.goto(f"http://127.0.0.1:{server.http_port}/reading/?view=open")
        return [one_on(page, is_prepared=is_prepared) for _ in range(CASES)]


def sign_in(page: Tab, server: Server) -> None:
    page.goto(f"http://127.0.0.1:{server.http_port}/login/")
    page.js("document.querySelector('[name=username]').value = 'radiologist'")
    page.js(f"document.querySelector('[name=password]').value = '{DEMO_PASSWORD}'")
    page.js("document.querySelector('[name=password]').form.submit()")
    page.wait("location.pathname !== '/login/' && document.documentElement.dataset.ready")


def one_on(page: Tab, *, is_prepared: bool) -> float:
    """The page marks the first frame that is on the screen with a picture in it; both clocks are this machine's."""
    page.wait("document.documentElement.dataset.ahead === 'ready'", seconds=READY_SECONDS)
    if is_prepared:
        page.until(lambda: page.unseen, READY_SECONDS)
        page.wait(f"{PICTURE}", page.unseen, READY_SECONDS)
    page.until(rest_of(READ_SECONDS), READ_SECONDS + 5)
    before = page.url
    started = time.time() * 1000
    page.press("n")
    page.until(lambda: page.url not in {before, "None"}, FIRST_SECONDS)
    page.wait("performance.getEntriesByName('first-image').length", seconds=FIRST_SECONDS)
    return (float(page.js(FIRST_FRAME)) - started) / 1000


def rest_of(seconds: float) -> Callable[[], bool]:
    until = time.monotonic() + seconds
    return lambda: time.monotonic() > until
