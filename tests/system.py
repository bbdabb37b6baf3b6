"""The whole system as a stranger runs it: the supervisor with all its processes, on ports, in a folder and in a database of its own.

The database is SQLite in that folder, or, where LIGHTBOX_DATABASE_URL names PostgreSQL as in the second run of `make test`, one made there.
"""

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.services import free_port

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 180.0
STOP_SECONDS = 30.0
LOOK_AGAIN_SECONDS = 0.1


@dataclass(frozen=True)
class System:
    """Where a running Lightbox answers."""

    data: Path
    http_port: int
    dicom_port: int
    hl7_port: int
    his_port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    def log(self) -> str:
        return (self.data / "supervisor.log").read_text(encoding="utf-8", errors="replace")


def until(happened: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
    """Look again and again until `happened()`; fails with `what` when it does not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            raise AssertionError(f"did not happen in {seconds:.0f} s: {what}")
        time.sleep(LOOK_AGAIN_SECONDS)


def readiness(url: str) -> dict[str, str]:
    """What /readyz says; empty while nothing answers."""
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:  # noqa: S310  our own loopback address
            return dict(json.load(answer))
    except urllib.error.HTTPError as error:
        return dict(json.load(error))
    except OSError:
        return {}


def is_ready(url: str) -> bool:
    return readiness(url).get("status") == "ready"


def environment(data: Path, ports: dict[str, int], **extra: str) -> dict[str, str]:
    named = {f"LIGHTBOX_{name}_PORT": str(port) for name, port in ports.items() if name != "HIS"}
    return {
        **{key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE" and not key.startswith("LIGHTBOX_")},
        "LIGHTBOX_DATA": str(data),
        "LIGHTBOX_DEMO_TRAFFIC": "0",
        "LIGHTBOX_HL7_OUT": f"127.0.0.1:{ports['HIS']}",
        **named,
        **extra,
    }


def own_database(data: Path) -> dict[str, str]:
    """What tells the system of a PostgreSQL database that belongs to this folder, if this run is on PostgreSQL; a new one is empty."""
    server, _, _name = os.environ.get("LIGHTBOX_DATABASE_URL", "").rpartition("/")
    if not server.startswith("postgres"):
        return {}
    owner = f"{os.getpid()} {data}"
    name = f"system_{hashlib.sha256(owner.encode()).hexdigest()[:40]}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection, contextlib.suppress(psycopg.errors.DuplicateDatabase):
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return {"LIGHTBOX_DATABASE_URL": f"{server}/{name}"}


@contextlib.contextmanager
def running_system(data: Path, **extra: str) -> Iterator[System]:
    """An empty demo hospital, ready; stopped and gone afterwards. `extra` are environment variables."""
    ports = {name: free_port() for name in ("HTTP", "DICOM", "HL7", "HIS")}
    data.mkdir(parents=True, exist_ok=True)
    with (data / "supervisor.log").open("wb") as log:
        command = [sys.executable, "-m", "config.supervisor"]
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment(data, ports, **own_database(data), **extra),
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
        )
    system = System(data, ports["HTTP"], ports["DICOM"], ports["HL7"], ports["HIS"], process)
    try:
        with contextlib.suppress(AssertionError):
            until(lambda: is_ready(system.url) or process.poll() is not None, "Lightbox is ready", START_SECONDS)
        assert is_ready(system.url), f"{readiness(system.url)}\n{system.log()[-4000:]}"
        yield system
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_SECONDS)
