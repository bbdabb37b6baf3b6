"""Somebody else's viewer: OHIF's built pages, as npm has them, on the origin of our DICOMweb root, open a study and draw it.

Not covered: what OHIF does with it afterwards, and sending back what it measured.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from config.asgi import application
from imaging.access.models import AuditEvent
from tests import people
from tests.imaging import pictures
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
