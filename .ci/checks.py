"""Every check, in order: types, style, layers, templates, migrations, the front end, then the tests on SQLite and on PostgreSQL.

`make test` runs it. All checks before the tests are run even when one fails; the tests only when none did. `--only NAME` runs one of them.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests import services  # noqa: E402  the project's folder has to be on the path first

BIN = Path(sys.executable).parent
TEST_ENV = {"DJANGO_SETTINGS_MODULE": "config.settings.test"}
CHECKS: dict[str, list[str]] = {
    "types": ["mypy"],  # the longest first
    "ruff": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "layers": ["lint-imports"],
    "templates": ["djlint", "templates", "--lint", "--quiet"],
    "django": ["python", "manage.py", "check"],
    "migrations": ["python", "manage.py", "makemigrations", "--check", "--dry-run"],
    "frontend": ["npm", "run", "--silent", "check"],
    "viewer": ["npm", "test", "--silent"],
}

FRONT = (
    "admission", "bench", "dciodvfy", "dicomweb_clients", "gateway", "hostile", "processes", "production", "reactor", "siege", "supervisor",
    "tls", "torture",
)  # fmt: skip
SAME_ON_BOTH = ("e2e", *(f"interop/test_{name}.py" for name in FRONT))
"""Tests that one database is enough for; PostgreSQL is what hospitals have."""
SLOWEST = ("--durations=15", "--durations-min=5")


def environment(**extra: str) -> dict[str, str]:
    return {**os.environ, **TEST_ENV, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", **extra}


def say(text: str) -> None:
    print(f"check | {text}", flush=True)


def passes(name: str, command: list[str]) -> bool:
    """Run one check; its output is shown only when it fails."""
    started = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    told = f"{name:<11} {'ok' if done.returncode == 0 else 'FAILED'} in {time.monotonic() - started:.0f} s"
    say(f"{told}\n{done.stdout}" if done.returncode else told)
    return done.returncode == 0


def run_checks(names: Iterable[str]) -> bool:
    """As many at once as there are processors; all of them, also after a failure."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return all(list(pool.map(lambda name: passes(name, CHECKS[name]), names)))


def run_tests(title: str, *more: str, **env: str) -> bool:
    """One test run; its closing line is the last thing printed."""
    say(f"tests on {title}")
    workers = os.environ.get("LIGHTBOX_TEST_WORKERS", "auto")
    # By file, so that what a module sets up is set up once; in the order of tests/conftest.py, not by the number of tests.
    command = ["pytest", "-n", workers, "--dist", "loadfile", "--no-loadscope-reorder", "--max-worker-restart=0", "-q", *SLOWEST, *more]
    return subprocess.run(command, cwd=ROOT, env=environment(**env), check=False).returncode == 0


def test_sqlite() -> bool:
    """Without what is the same on both: pages in a browser, the front that keeps the hostile out, processes and their set-up, what asks
    for no database, and what is marked `one_database`."""
    with services.redis() as redis_url:
        left_out = (f"--ignore=tests/{part}" for part in SAME_ON_BOTH)
        return run_tests("SQLite", "--second-database", *left_out, LIGHTBOX_REDIS_URL=redis_url)


def test_postgres() -> bool:
    with services.postgres() as database_url, services.redis() as redis_url:
        return run_tests("PostgreSQL", LIGHTBOX_DATABASE_URL=database_url, LIGHTBOX_REDIS_URL=redis_url)


TESTS = {"sqlite": test_sqlite, "postgres": test_postgres}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=[*CHECKS, *TESTS], action="append", default=[])
    wanted = parser.parse_args().only or [*CHECKS, *TESTS]
    if not run_checks(name for name in wanted if name in CHECKS):
        return 1
    # One after the other, ending at the first failure, so that the last line is always a test run's closing line.
    return 0 if all(TESTS[name]() for name in wanted if name in TESTS) else 1


if __name__ == "__main__":
    sys.exit(main())
