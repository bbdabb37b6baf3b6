"""The viewer beside OHIF on Orthanc: the same CT of 250 slices in the same headless Chromium, each visit with an empty profile.

A sampler in the page copies the largest canvas to a few pixels in each animation frame, so a picture counts when it is there to see,
whoever drew it. Without graphics hardware Chromium draws in software: compare within a run only.
"""

import contextlib
import os
import re
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import BrowserContext, Page, Playwright, Request, sync_playwright
from pydicom.dataset import FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from tests import browser
from tests.bench.objects import SIDE, Stack, encoded, slice_of_noise
from tests.bench.ohif import is_here, ohif
from tests.bench.servers import Server
from tests.bench.table import Better, Table
from tests.bench.web import JSON, Web

SLICES, ROUNDS, NOTCHES = 250, 3, 120
FRAMES = re.compile(r"/frames/\d+$")
FIRST_SECONDS, QUIET_SECONDS, LOAD_SECONDS = 60.0, 2.0, 120.0
DEMO_PASSWORD = "lightbox-demo"
SAMPLER = """(() => {
  if (window.top !== window) return
  const side = 48, pen = new OffscreenCanvas(side, side).getContext('2d', { willReadFrequently: true })
  const now = () => performance.timeOrigin + performance.now()
  const seen = window.benchSeen = { first: 0, paints: [], left: 0, step: 0, ended: 0 }
  const largest = () => [...document.querySelectorAll('canvas')].sort((a, b) => b.width * b.height - a.width * a.height)[0]
  let canvas, last = 0
  const wheel = () => {
    const box = canvas.getBoundingClientRect()
    const at = { clientX: box.x + box.width / 2, clientY: box.y + box.height / 2 }
    const notch = { ...at, deltaY: seen.step, wheelDeltaY: -1.2 * seen.step, bubbles: true, cancelable: true, composed: true }
    const event = new WheelEvent('wheel', notch)
    document.elementFromPoint(at.clientX, at.clientY).dispatchEvent(event)
    if (--seen.left === 0) seen.ended = now()
  }
  const look = () => {
    requestAnimationFrame(look)
    if (!canvas?.isConnected || !seen.first) canvas = largest()
    if (!canvas?.width || !canvas.height) return
    pen.drawImage(canvas, 0, 0, side, side)
    const pixels = pen.getImageData(0, 0, side, side).data
    let hash = 17, low = 255, high = 0
    for (let at = 1; at < pixels.length; at += 4) {
      hash = (Math.imul(hash, 31) + pixels[at]) | 0
      low = Math.min(low, pixels[at]); high = Math.max(high, pixels[at])
    }
    if (high - low > 16 && hash !== last) {
      last = hash
      seen.first ||= now()
      seen.paints.push(now())
    }
    if (seen.left > 0) setTimeout(wheel, 0)
  }
  requestAnimationFrame(look)
})()"""


@dataclass(frozen=True)
class Party:
    """A viewer that is visited: `address` of a study, and how somebody signs in."""

    name: str
    address: Callable[[str], str]
    sign_in: Callable[[BrowserContext], None] = lambda _context: None


def run(table: Table, servers: list[Server], folder: Path, number: int) -> None:
    """`servers`: Lightbox first, then Orthanc."""
    stack = Stack(number, SLICES)
    objects = scan(stack)
    with contextlib.ExitStack() as opened:
        parties = [lightbox_party(servers[0])]
        for at, server in enumerate(servers[1:2] if is_here() else []):
            address = opened.enter_context(ohif(server, folder / f"ohif{at}"))
            parties.append(Party(server.name, f"{address}/viewer?StudyInstanceUIDs={{}}".format))
        for server in servers[: len(parties)]:
            send(server, objects)
        found: dict[str, dict[str, list[float]]] = {}
        with sync_playwright() as play:
            for _ in range(ROUNDS):
                for party in parties:
                    for work, value in visit(play, party, stack.study).items():
                        found.setdefault(work, {}).setdefault(party.name, []).append(value)
    for work, better in WORKS.items():
        name, _, unit = work.rpartition(", ")
        table.row(f"viewer, {SLICES} slices (Orthanc: OHIF), {name}", unit, found[work], better)


WORKS = {
    "click to first image, s": Better.LESS,
    "click to whole series, s": Better.LESS,
    "wheel notches without a new picture, %": Better.NEITHER,
    "last notch to last picture, ms": Better.NEITHER,
    "memory of the browser, MB": Better.LESS,
}


def lightbox_party(server: Server) -> Party:
    site = f"http://127.0.0.1:{server.http_port}"

    def sign_in(context: BrowserContext) -> None:
        page = context.new_page()
        page.goto(f"{site}/login/")
        page.fill("[name=username]", "radiologist")
        page.fill("[name=password]", DEMO_PASSWORD)
        with page.expect_navigation():
            page.press("[name=password]", "Enter")
        page.close()

    return Party(server.name, f"{site}/viewer/{{}}/".format, sign_in)


def scan(stack: Stack, **attributes: str) -> list[bytes]:
    """A body of water with a ball that wanders from slice to slice, and the noise of a scanner."""
    row, column = np.mgrid[0:SIDE, 0:SIDE]
    body = ((row - 256) / 200) ** 2 + ((column - 256) / 230) ** 2 < 1
    noise = np.random.default_rng(1).normal(0, 12, (8, SIDE, SIDE))
    made = []
    for at in range(stack.count):
        ball = (row - 256 - 120 * np.sin(at / 20)) ** 2 + (column - 120 - at) ** 2 < 40**2
        ds = slice_of_noise()
        ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SOPInstanceUID = stack.study, stack.series, stack.uid(at)
        ds.InstanceNumber, ds.SliceLocation, ds.ImagePositionPatient = at + 1, float(at), [-180, -180, float(at)]
        ds.ImageOrientationPatient, ds.PixelSpacing, ds.SliceThickness = [1, 0, 0, 0, 1, 0], [0.7, 0.7], 1
        ds.FrameOfReferenceUID = f"{stack.study}.9"
        for name, value in attributes.items():
            setattr(ds, name, value)
        ds.RescaleSlope, ds.RescaleIntercept, ds.WindowCenter, ds.WindowWidth = 1, 0, 40, 400
        ds.PixelData = (np.where(body, 40, -1000) + ball * 160 + noise[at % 8]).astype(np.int16).tobytes()
        ds.file_meta = FileMetaDataset()
        ds.file_meta.MediaStorageSOPClassUID, ds.file_meta.MediaStorageSOPInstanceUID = CTImageStorage, ds.SOPInstanceUID
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        made.append(encoded(ds, is_file=True))
    return made


def send(server: Server, objects: list[bytes]) -> None:
    mark = "viewer-bench"
    body = b"".join(f"--{mark}\r\nContent-Type: application/dicom\r\n\r\n".encode() + one + b"\r\n" for one in objects)
    content_type = f'multipart/related; type="application/dicom"; boundary={mark}'
    Web(server).ask("/studies", JSON, body + f"--{mark}--\r\n".encode(), content_type)


def visit(play: Playwright, party: Party, study: str) -> Mapping[str, float]:
    """One reader, one look at the whole series."""
    with visitor(play) as (context, processes):
        party.sign_in(context)
        context.add_init_script(SAMPLER)
        page = context.new_page()
        fetched = Fetched(context)
        started = time.time() * 1000
        page.goto(party.address(study), wait_until="commit")
        first = until(page, "benchSeen.first", FIRST_SECONDS)
        whole = fetched.settled(page)
        missed, lag = scroll(page)
        works = ((first - started) / 1000, (whole - started) / 1000, missed, lag, memory(processes()))
        return dict(zip(WORKS, works, strict=True))


@contextlib.contextmanager
def visitor(play: Playwright) -> Iterator[tuple[BrowserContext, Callable[[], list[int]]]]:
    """A browser of its own, and its processes."""
    before = set(children_of(os.getpid()))
    chromium = play.chromium.launch(**browser.launch_options())  # type: ignore[arg-type]
    try:
        root = sorted(set(children_of(os.getpid())) - before)
        context = chromium.new_context(viewport=browser.SCREEN, locale="en-GB")  # type: ignore[arg-type]
        yield context, lambda: [pid for one in root for pid in (one, *children_of(one))]
    finally:
        chromium.close()


@dataclass
class Fetched:
    """The frames that a page asks for, its workers' too."""

    context: BrowserContext
    open_: int = 0
    last: float = 0.0
    urls: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.context.on("request", lambda request: self._count(request, 1))
        self.context.on("requestfinished", lambda request: self._count(request, -1))
        self.context.on("requestfailed", lambda request: self._count(request, -1))

    def _count(self, request: Request, step: int) -> None:
        if FRAMES.search(request.url):
            self.open_ += step
            self.urls.add(request.url)
            self.last = time.time() * 1000

    def settled(self, page: Page) -> float:
        """When the last frame of the series was there, in milliseconds. Raises SystemExit when not all of them came."""
        deadline = time.monotonic() + LOAD_SECONDS
        while time.monotonic() < deadline:
            page.wait_for_timeout(50)
            if self.open_ <= 0 and len(self.urls) >= SLICES and time.time() * 1000 - self.last > QUIET_SECONDS * 1000:
                return self.last
        raise SystemExit(f"{len(self.urls)} of {SLICES} frames were fetched")


def until(page: Page, expression: str, seconds: float) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        page.wait_for_timeout(20)
        if value := page.evaluate(f"() => window.benchSeen && {expression}"):
            return value
    raise SystemExit(f"{expression} was not there within {seconds:.0f} s")


def scroll(page: Page) -> tuple[float, float]:
    """One notch in each animation frame, down and up: percent of them that showed nothing new, and milliseconds from the last one to the
    last picture."""
    missed, lags = [], []
    for step in (100, -100):
        page.evaluate(f"() => Object.assign(benchSeen, {{ paints: [], ended: 0, step: {step}, left: {NOTCHES} }})")
        ended = until(page, "benchSeen.ended", LOAD_SECONDS)
        paints, last = settled_paints(page)
        missed.append(100 * max(0.0, 1 - paints / NOTCHES))
        lags.append(max(0.0, last - ended))
    return statistics.mean(missed), max(lags)


def settled_paints(page: Page) -> tuple[int, float]:
    """How many pictures were drawn since the wheel began, and when the last one was; once no more come."""
    count, quiet = -1, 0
    while quiet < 10:
        page.wait_for_timeout(50)
        now = page.evaluate("() => benchSeen.paints.length")
        count, quiet = now, (quiet + 1 if now == count else 0)
    return count, page.evaluate("() => benchSeen.paints.at(-1) ?? 0")


def children_of(pid: int) -> list[int]:
    """All processes below `pid`."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += [int(child), *children_of(int(child))]
    return found


def memory(pids: list[int]) -> float:
    """What they hold, shared pages counted once, in MB."""
    held = 0
    for pid in set(pids):
        with contextlib.suppress(OSError):
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            held += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return held / 1000
