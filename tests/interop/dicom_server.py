"""Real DICOM sockets for interop tests: our server in this process (`dicom`), or as a process of its own (`dicom_process`)."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings, settings
from django.db import connection
from pynetdicom import AE, Association

from imaging.dimse.scu.reactor import keep_answers
from imaging.dimse.server import DicomServer, serving
from tests.services import accepts, free_port

ROOT = Path(__file__).resolve().parents[2]
SYSTEM_PATH = "/usr/bin:/usr/local/bin:/opt/homebrew/bin"
TOOL_SECONDS = 60
PAUSE = threading.Event()
# Peers are told apart by further addresses of the loopback net, which only Linux has without being told.
dicom_linux_only = pytest.mark.skipif(sys.platform != "linux", reason="127.0.0.x needs Linux")


@pytest.fixture
def dicom(transactional_db: None, settings: LazySettings) -> Iterator[DicomServer]:
    """Our DICOM server on a free port, on the test's database and folder."""
    with serving() as server:
        settings.DICOM_PORT = server.port
        yield server


def dialled(ae: AE, port: int, **more: Any) -> Association:
    """The association that `ae` asked us for, accepted or not. On a busy machine pynetdicom's own would lose answers."""
    assoc = ae.associate("127.0.0.1", port, ae_title="LIGHTBOX", **more)
    if assoc.is_established:
        keep_answers(assoc)
    return assoc


def dcmtk(tool: str, *arguments: str, check: bool = True) -> str:
    """Run a program of DCMTK (never pynetdicom's of the same name); what it printed. Skips where DCMTK is not installed."""
    program = shutil.which(tool, path=SYSTEM_PATH)
    if program is None:
        pytest.skip("DCMTK is not installed")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, errors="replace", timeout=TOOL_SECONDS, check=False)
    said = done.stdout + done.stderr
    assert not check or done.returncode == 0, said
    return said


def database_url() -> str:
    """The address of the running test's own database, for processes that we start."""
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    who = f"{found['USER']}:{found['PASSWORD']}" if found["PASSWORD"] else found["USER"]
    return f"postgres://{who}@{found['HOST']}:{found['PORT']}/{found['NAME']}"


@dataclass
class ServerProcess:
    """`manage.py dicom_server` as it runs in the hospital. It can be killed and started again on the same folder."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings.demo",
            "LIGHTBOX_DATA": str(self.folder),
            "LIGHTBOX_DATABASE_URL": database_url(),
            "LIGHTBOX_SECRET_KEY": settings.SECRET_KEY,
            "LIGHTBOX_STORAGE_RESERVE_BYTES": "0",
        }

    def start(self) -> None:
        log = (self.folder / "server.log").open("ab")
        self.process = subprocess.Popen(self.command(), cwd=ROOT, env=self.environment(), stdout=log, stderr=log)
        while not accepts(self.port):
            assert self.process.poll() is None, (self.folder / "server.log").read_text()
            PAUSE.wait(0.1)

    def command(self) -> list[str]:
        return [sys.executable, "manage.py", "dicom_server", "--port", str(self.port)]

    def end(self, how: signal.Signals) -> int:
        """Send a signal and wait; the exit code."""
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(30)


class WebProcess(ServerProcess):
    """The web server as it runs in the hospital."""

    def command(self) -> list[str]:
        return [sys.executable, "-m", "uvicorn", "config.asgi:application", "--port", str(self.port), "--log-level", "warning"]


@pytest.fixture
def server_process(transactional_db: None, tmp_path: Path) -> Iterator[Callable[[type[ServerProcess]], ServerProcess]]:
    """Starts servers on the test's database and folder; whatever still runs at the end is ended."""
    started: list[ServerProcess] = []

    def start(kind: type[ServerProcess]) -> ServerProcess:
        server = kind(tmp_path)
        started.append(server)
        server.start()
        return server

    yield start
    for server in started:
        if server.process is not None and server.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                server.end(signal.SIGKILL)
