"""The cache while Redis is away. Not covered: what Redis remembered coming back (it is forgotten soon by itself)."""

import base64

import pytest
from django.core.cache import cache
from pytest_django import Settings

from imaging.access.models import AuditEvent
from imaging.common.cache import ForgivingRedisCache
from tests import people
from tests.imaging import pictures
from tests.imaging.dicomweb.clients import Web
from tests.services import free_port


@pytest.fixture
def away(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ForgivingRedisCache, "away_until", 0.0)
    address = f"redis://127.0.0.1:{free_port()}/0"
    settings.CACHES = {"default": {"BACKEND": "imaging.common.cache.ForgivingRedisCache", "LOCATION": address}}


def test_each_process_remembers_for_itself(away: None) -> None:
    cache.delete("number")
    assert (cache.get("number"), cache.add("number", 1, 60), cache.add("number", 9, 60)) == (None, True, False)
    assert (cache.incr("number"), cache.get("number")) == (2, 2)
    cache.set("number", 5, 60)
    assert cache.get_or_set("number", 7) == 5


@pytest.mark.django_db
def test_pictures_are_read_and_looks_recorded_once(away: None) -> None:
    study = pictures.stack(2)
    people.radiologist()
    web = Web(Authorization="Basic " + base64.b64encode(f"radiologist:{people.PASSWORD}".encode()).decode())
    for path in ("", "/metadata", "/thumbnail", "/rendered"):
        assert web.get(f"/studies/{study.study_instance_uid}{path}").status_code == 200
    assert AuditEvent.objects.filter(act="images.view").count() == 1
