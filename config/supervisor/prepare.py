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
from django.core.management import call_command, get_commands

from config.setup import install


@contextmanager
def step(title: str) -> Iterator[None]:
    started = time.monotonic()
    print(f"{title} ...", flush=True)
    yield
    print(f"{title}: done in {time.monotonic() - started:.1f} s", flush=True)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.demo")
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    catalogues()
    django.setup()
    with step("tables"):
        call_command("migrate", interactive=False, verbosity=0)
    unless_stamped(settings.STATIC_ROOT, static_inputs(), "static files", collect)
    if "load_demo" in get_commands():
        with step("demo hospital"):
            call_command("load_demo")


def catalogues() -> None:
    """Compile the message catalogues that changed, before Django reads them."""
    stale = [po for po in Path(settings.LOCALE_PATHS[0]).rglob("*.po") if is_newer(po, po.with_suffix(".mo"))]
    if stale:
        with step("message catalogues"):
            for po in stale:
                install.run(["msgfmt", "--check-format", "-o", str(po.with_suffix(".mo")), str(po)])


def is_newer(source: Path, made: Path) -> bool:
    return not made.exists() or source.stat().st_mtime_ns > made.stat().st_mtime_ns


def static_inputs() -> str:
    """A fingerprint of what collectstatic would copy: ours by name, size and time, and the packages by their lock."""
    files = sorted(file for file in install.STATIC.rglob("*") if file.is_file())
    seen = [f"{file.relative_to(install.ROOT)} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in files]
    return install.digest([install.ROOT / "requirements.lock"], *seen)


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
