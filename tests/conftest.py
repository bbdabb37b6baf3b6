"""What every test has: no leftover cache, and a data folder of its own."""

import socketserver
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management.commands import flush
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from pytest_django import Settings

from config.supervisor.prepare import catalogues
from imaging.common.append_only import protect, release
from tests.reporting.stories import deadlines, subspecialties


def pytest_configure(config: pytest.Config) -> None:
    """Both languages speak in every run; the workers of a parallel run find the catalogues made."""
    if not hasattr(config, "workerinput"):
        catalogues()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--second-database", action="store_true", help="leave out what a run on another database has shown for this one too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest first, so that no worker of a parallel run waits for another at the end; the rest stays in its random order."""
    if config.getoption("--second-database"):
        config.hook.pytest_deselected(items=[item for item in items if is_same_on_both(item)])
        items[:] = [item for item in items if not is_same_on_both(item)]
    items.sort(key=lambda item: item.get_closest_marker("system") is None)


def is_same_on_both(item: pytest.Item) -> bool:
    """Whether one database is enough: what is marked so, and what asks for none, unless it starts processes that have one of their own."""
    if item.get_closest_marker("one_database"):
        return True
    has_own = item.get_closest_marker("system") or item.get_closest_marker("interop")
    return not has_own and item.get_closest_marker("django_db") is None and DATABASES.isdisjoint(getattr(item, "fixturenames", ()))


@pytest.fixture(autouse=True)
def own_folders(settings: Settings, tmp_path: Path) -> None:
    """Files of one test are never seen by another."""
    settings.DATA_DIR = tmp_path
    settings.ARCHIVE_DIR = tmp_path / "archive"


@pytest.fixture(scope="session", autouse=True)
def servers_stop_at_once() -> Iterator[None]:
    """A server of the standard library looks twice a second whether it is to stop: longer than most tests with a DICOM peer take."""
    serve = socketserver.BaseServer.serve_forever
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socketserver.BaseServer, "serve_forever", lambda self, poll_interval=0.01: serve(self, poll_interval))
        yield


@pytest.fixture(autouse=True)
def empty_cache(settings: Settings) -> Iterator[None]:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    yield
    cache.clear()


DATABASES = {"db", "transactional_db", "django_db_setup"}
APPEND_ONLY = {"imaging_auditevent", "reporting_reportversion"}
LASTING = {"django_migrations", "django_content_type", "auth_permission"}


@pytest.fixture(scope="session", autouse=True)
def emptied_between_tests() -> Iterator[None]:
    """Tests that commit are cleaned up by Django's flush, which empties every table and fills in what migrations leave: longer than most
    tests take. Here only what holds rows is emptied, past the protection that every other way meets. What a new installation begins
    with is there again for the next test."""
    handle = flush.Command.handle

    def handle_quickly(self: flush.Command, **options: Any) -> None:
        connection = connections[options["database"]]
        filled = tables_with_rows(connection)
        release(connection, *APPEND_ONLY & filled)
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            for table in filled:
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608  a name of our own tables
        protect(connection, *APPEND_ONLY & filled)
        deadlines()
        subspecialties()

    flush.Command.handle = handle_quickly
    yield
    flush.Command.handle = handle


def tables_with_rows(connection: BaseDatabaseWrapper) -> set[str]:
    """Names of the tables that hold anything but what migrations leave."""
    names = set(connection.introspection.django_table_names(only_existing=True, include_views=False)) - LASTING
    quoted = ((name, connection.ops.quote_name(name)) for name in sorted(names))
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {table})" for name, table in quoted))  # noqa: S608
        return {name for (name,) in cursor.fetchall()}
