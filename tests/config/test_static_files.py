"""How browsers get scripts and styles in production. Not covered: what is in them."""

import gzip
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory
from whitenoise.middleware import WhiteNoiseMiddleware

SCRIPT = "export const words = [" + "".join(f'"the same again {number % 17}", ' for number in range(500)) + "];"
NAMED_BY_CONTENT = ["build/viewer/chunk-GEQH45JI.js", "build/chunk-chart-V7DLAUTP.js"]


@pytest.fixture
def site(settings: LazySettings, tmp_path: Path) -> WhiteNoiseMiddleware:
    settings.STATICFILES_DIRS, settings.STATIC_ROOT = [tmp_path / "made"], tmp_path / "collected"
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.WHITENOISE_USE_FINDERS = False
    for name in ("build/app.js", "build/app.js.map", *NAMED_BY_CONTENT):
        path = tmp_path / "made" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SCRIPT)
    call_command("collectstatic", interactive=False, verbosity=0)
    return WhiteNoiseMiddleware(missing)


def missing(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=404)


def asked(site: WhiteNoiseMiddleware, name: str, coding: str = "gzip") -> HttpResponseBase:
    return site(RequestFactory().get(f"/static/{name}", headers={"accept-encoding": coding}))


@pytest.mark.parametrize(("coding", "unpacked"), [("gzip", gzip.decompress), ("br", brotli.decompress)])
def test_they_are_sent_packed(site: WhiteNoiseMiddleware, coding: str, unpacked: Callable[[bytes], bytes]) -> None:
    answer = asked(site, "build/app.js", coding)
    assert (answer.status_code, answer["Content-Encoding"]) == (200, coding)
    assert unpacked(b"".join(answer)) == SCRIPT.encode()
    assert int(answer["Content-Length"]) < len(SCRIPT) / 10


def test_a_source_map_that_no_page_fetches_is_not_packed(site: WhiteNoiseMiddleware) -> None:
    answer = asked(site, "build/app.js.map")
    assert (answer.status_code, answer.has_header("Content-Encoding"), int(answer["Content-Length"])) == (200, False, len(SCRIPT))


def test_packing_is_not_at_its_slowest(site: WhiteNoiseMiddleware, settings: LazySettings) -> None:
    """A first start waits for it: Brotli's best takes sixteen times as long for a tenth less."""
    packed = (Path(settings.STATIC_ROOT) / "build/app.js.br").read_bytes()
    assert packed != brotli.compress(SCRIPT.encode())


def test_only_those_named_by_their_content_are_never_asked_for_again(site: WhiteNoiseMiddleware) -> None:
    assert all("immutable" in asked(site, name)["Cache-Control"] for name in NAMED_BY_CONTENT)
    assert "immutable" not in asked(site, "build/app.js")["Cache-Control"]
