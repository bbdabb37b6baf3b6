"""How browsers get scripts and styles in production. Not covered: what is in them."""

from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory
from whitenoise.middleware import WhiteNoiseMiddleware

SCRIPT = "export const words = [" + '"the same again", ' * 500 + "];"
NAMED_BY_CONTENT = ["build/viewer/chunk-GEQH45JI.js", "build/chunk-chart-V7DLAUTP.js"]


@pytest.fixture
def site(settings: LazySettings, tmp_path: Path) -> WhiteNoiseMiddleware:
    settings.STATICFILES_DIRS, settings.STATIC_ROOT = [tmp_path / "made"], tmp_path / "collected"
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.WHITENOISE_USE_FINDERS = False
    for name in ("build/app.js", *NAMED_BY_CONTENT):
        path = tmp_path / "made" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SCRIPT)
    call_command("collectstatic", interactive=False, verbosity=0)
    return WhiteNoiseMiddleware(missing)


def missing(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=404)


def asked(site: WhiteNoiseMiddleware, name: str) -> HttpResponseBase:
    return site(RequestFactory().get(f"/static/{name}", headers={"accept-encoding": "gzip"}))


def test_they_are_sent_packed(site: WhiteNoiseMiddleware) -> None:
    answer = asked(site, "build/app.js")
    assert (answer.status_code, answer["Content-Encoding"]) == (200, "gzip")
    assert int(answer["Content-Length"]) < len(SCRIPT) / 10


def test_only_those_named_by_their_content_are_never_asked_for_again(site: WhiteNoiseMiddleware) -> None:
    assert all("immutable" in asked(site, name)["Cache-Control"] for name in NAMED_BY_CONTENT)
    assert "immutable" not in asked(site, "build/app.js")["Cache-Control"]
