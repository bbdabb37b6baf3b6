"""What every test has: no leftover cache, and a data folder of its own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management.commands import flush
from django.db import connections
from pytest_django import Settings

from config.supervisor.prepare import catalogues
from imaging.common.append_only import protect, release
from tests.reporting.stories import deadlines


def pytest_configure(config: pytest.Config) -> None:
    """Both languages speak in every run; the workers of a parallel run find the catalogues made."""
    if not hasattr(config, "workerinput"):
        catalogues()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, so that no worker of a parallel run waits for another at the end; the rest stays in its random order."""
    items.sort(key=lambda item: item.get_closest_marker("system") is None)


@pytest.fixture(autouse=True)
def own_folders(settings: Settings, tmp_path: Path) -> None:
    """Files of one test are never seen by another."""
    settings.DATA_DIR = tmp_path
    settings.ARCHIVE_DIR = tmp_path / "archive"


@pytest.fixture(autouse=True)
def empty_cache(settings: Settings) -> Iterator[None]:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    yield
    cache.clear()


APPEND_ONLY = ("imaging_auditevent", "reporting_reportversion")


@pytest.fixture(scope="session", autouse=True)
def emptied_between_tests() -> Iterator[None]:
    """Tests that commit are cleaned up by Django's flush, which must get past the protection that every other way meets. What a new
    installation begins with is there again for the next test."""
    handle = flush.Command.handle

    def handle_unprotected(self: flush.Command, **options: Any) -> None:
        connection = connections[options["database"]]
        release(connection, *APPEND_ONLY)
        handle(self, **options)
        protect(connection, *APPEND_ONLY)
        deadlines()

    flush.Command.handle = handle_unprotected
    yield
    flush.Command.handle = handle
