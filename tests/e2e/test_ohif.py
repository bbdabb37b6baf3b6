"""Somebody else's viewer: OHIF's built pages, as npm has them, on the origin of our DICOMweb root, open a study and draw it.

Not covered: what OHIF does with it afterwards, and sending back what it measured.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from config.asgi import application
from imaging.access.models import AuditEvent
from imaging.archive.life.compression import instance_compress
from imaging.archive.life.duties import Pace
from imaging.viewer.objects.saving import objects_save
from tests import people
from tests.imaging import pictures
from tests.imaging.viewer.objects import marked
from tests.web_server import served

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / "var" / "outside" / "ohif-app" / "package" / "dist"
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".json": "application/json"}
SETTINGS = """window.config = {
  routerBasename: null, extensions: [], modes: [], showStudyList: true, maxNumberOfWebWorkers: 2, defaultDataSourceName: 'lightbox',
  dataSources: [{namespace: '@ohif/extension-default.dataSourcesModule.dicomweb', sourceName: 'lightbox', configuration: {
    friendlyName: 'Lightbox', name: 'lightbox', qidoRoot: '/dicomweb', wadoRoot: '/dicomweb', wadoUriRoot: '/wado',
    qidoSupportsIncludeField: true, supportsFuzzyMatching: true, supportsWildcard: true, imageRendering: 'wadors',
    thumbnailRendering: 'wadors', enableStudyLazyLoad: true, bulkDataURI: {enabled: true}}}],
};"""


async def ohif(scope: Any, receive: Any, send: Any) -> None:
    """Ours below /dicomweb; OHIF's files elsewhere, its page for every address that is none."""
    if scope["path"].startswith("/dicomweb"):
        await application(scope, receive, send)
        return
    file = DIST / scope["path"].lstrip("/")
    file = file if file.is_file() and DIST in file.resolve().parents else DIST / "index.html"
    body = SETTINGS.encode() if file.name == "app-config.js" else file.read_bytes()
    kind = TYPES.get(file.suffix, "application/octet-stream")
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind.encode())]})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def site(transactional_db: None) -> Iterator[str]:
    if not DIST.is_dir():
        pytest.fail("OHIF is not there: run make test once.")
    with served(ohif) as address:
        yield address


def test_a_study_is_found_opened_and_drawn(site: str, sign_in: Callable[..., Page]) -> None:
    study = pictures.stack(3)
    page = sign_in(people.radiologist())
    refused: list[str] = []
    page.on("response", lambda answer: refused.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None)
    page.goto(f"{site}/")
    expect(page.get_by_text("LIN, Mei-Hua").first).to_be_visible(timeout=60_000)
    with page.expect_response(re.compile("/frames/1$"), timeout=60_000):
        page.goto(f"{site}/viewer?StudyInstanceUIDs={study.study_instance_uid}")
    canvas = page.locator("canvas.cornerstone-canvas").first
    expect(canvas).to_be_visible(timeout=60_000)
    page.wait_for_function(DRAWN, timeout=60_000)
    assert refused == []
    assert AuditEvent.objects.filter(study_instance_uid=study.study_instance_uid, door="dicomweb").exists()


DRAWN = """() => {
  const canvas = document.querySelector('canvas.cornerstone-canvas')
  if (!canvas || !canvas.width) return false
  const small = document.createElement('canvas'); small.width = small.height = 32
  const pen = small.getContext('2d'); pen.drawImage(canvas, 0, 0, 32, 32)
  return new Set(pen.getImageData(0, 0, 32, 32).data.filter((_, at) => at % 4 === 0)).size > 8
}"""


@pytest.mark.parametrize("planes", [0, 1])
def test_colour_that_was_compressed_here_is_drawn_in_its_colours(site: str, sign_in: Callable[..., Page], planes: int) -> None:
    """By a decoder that is not ours, from the frames as they are stored."""
    bars = np.array(BARS, "u1").repeat(64, axis=0)[None, None].repeat(256, axis=1)
    instance = pictures.send(pictures.colour_picture(bars, planes=planes)).instance
    assert instance is not None
    instance_compress(instance=instance, pace=Pace(10**12))
    page = sign_in(people.radiologist())
    page.goto(f"{site}/viewer?StudyInstanceUIDs={instance.series.study.study_instance_uid}")
    page.wait_for_function(COLOURS, timeout=60_000)


BARS = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0)]
COLOURS = """() => {
  const canvas = document.querySelector('canvas.cornerstone-canvas')
  if (!canvas || !canvas.width) return false
  const copy = Object.assign(document.createElement('canvas'), { width: canvas.width, height: canvas.height })
  const pen = copy.getContext('2d'); pen.drawImage(canvas, 0, 0)
  const half = Math.min(canvas.width, canvas.height) / 2
  const at = (part) => pen.getImageData(canvas.width / 2 + part * half, canvas.height / 2, 1, 1).data
  const near = (found, wanted) => wanted.every((value, index) => Math.abs(found[index] - value) < 40)
  const bars = [[-0.7, [255, 0, 0]], [-0.25, [0, 255, 0]], [0.25, [0, 0, 255]], [0.7, [255, 255, 0]]]
  return bars.every(([part, wanted]) => near(at(part), wanted))
}"""


def test_measurements_saved_here_are_read_there(site: str, sign_in: Callable[..., Page]) -> None:
    """Our structured report, opened from OHIF's series list, draws its line on its picture."""
    study, reader = pictures.stack(3), people.radiologist()
    marked.mark(reader, marked.slices(study)[1], marked.LENGTH)
    objects_save(user=reader, study=study)
    page = sign_in(reader)
    page.goto(f"{site}/viewer?StudyInstanceUIDs={study.study_instance_uid}")
    # Its guided tour lies over the list, so the double click is sent to the entry itself.
    page.get_by_text("SR", exact=True).first.dispatch_event("dblclick", timeout=60_000)
    expect(page.locator("svg.svg-layer text").filter(has_text="60.00 mm")).to_be_visible(timeout=60_000)
