"""What has to be true before the processes start: folders, message catalogues, tables, static files, the demo hospital; nothing twice.

One process does all of it (`python -m config.supervisor.prepare`), because starting Django is the slow part.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

from config.settings import paths
from config.setup import install
from config.supervisor.freshness import mark_prepared, static_files
from config.supervisor.programs import SETTINGS


@contextmanager
def step(title: str) -> Iterator[None]:
    started = time.monotonic()
    print(f"{title} ...", flush=True)
    yield
    print(f"{title}: done in {time.monotonic() - started:.1f} s", flush=True)


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    paths.DATA_DIR.mkdir(parents=True, exist_ok=True)
    catalogues()
    django.setup()
    with step("checks"):
        call_command("check")
    with step("tables"):
        call_command("migrate", interactive=False, verbosity=0)
    unless_stamped(settings.STATIC_ROOT, static_files(), "static files", collect)
    with step("demo hospital"):
        call_command("load_demo")
    mark_prepared()


def catalogues() -> None:
    """Compile the message catalogues that changed, before Django reads them."""
    stale = [po for po in Path(settings.LOCALE_PATHS[0]).rglob("*.po") if is_newer(po, po.with_suffix(".mo"))]
    if stale:
        with step("message catalogues"):
            for po in stale:
                install.run(["msgfmt", "--check-format", "-o", str(po.with_suffix(".mo")), str(po)])


def is_newer(source: Path, made: Path) -> bool:
    return not made.exists() or source.stat().st_mtime_ns > made.stat().st_mtime_ns


def unless_stamped(folder: Path, fingerprint: str, title: str, work: Callable[[], None]) -> None:
    if install.is_stamped(folder, fingerprint):
        return
    with step(title):
        work()
        folder.mkdir(parents=True, exist_ok=True)
        install.stamp(folder, fingerprint)


def collect() -> None:
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)


if __name__ == "__main__":
    main()
