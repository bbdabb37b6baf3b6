"""What is measured: Lightbox with all its processes on PostgreSQL, and the peers that this machine has (Debian: orthanc, dcmtk), each in a
folder of its own on loopback, all on the same disk.

Peers run with Nagle's algorithm off (TCP_NODELAY): as shipped, each of their answers waits about 40 ms for a delayed acknowledgement.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.services import accepts, free_port, postgres, running, wait_for
from tests.system import System, running_system

ORTHANC_THREADS = 8
PACKAGES = ("orthanc", "orthanc-dicomweb", "orthanc-postgresql")


@dataclass(frozen=True)
class Server:
    """Where a server answers. `dicomweb` is its DICOMweb root, "" when it has none; the headers sign a request to read or to send."""

    name: str
    ae_title: str
    dicom_port: int
    http_port: int = 0
    dicomweb: str = ""
    reads_as: Mapping[str, str] = field(default_factory=dict)
    sends_as: Mapping[str, str] = field(default_factory=dict)
    system: System | None = None
    """Lightbox alone: its processes and folder."""
    worklists: Path | None = None
    """A peer's folder of worklist files."""


@contextlib.contextmanager
def lightbox(folder: Path) -> Iterator[Server]:
    """An empty demo hospital on a PostgreSQL that syncs what it commits."""
    with contextlib.ExitStack() as stack:
        if "LIGHTBOX_DATABASE_URL" not in os.environ:
            os.environ["LIGHTBOX_DATABASE_URL"] = stack.enter_context(postgres(is_durable=True))
            stack.callback(os.environ.pop, "LIGHTBOX_DATABASE_URL")
        system = stack.enter_context(running_system(folder))
        reader, sender = (_signed_in(system, username) for username in ("radiologist", "technologist"))
        yield Server("Lightbox", "LIGHTBOX", system.dicom_port, system.http_port, "/dicomweb", reader, sender, system)


def _signed_in(system: System, username: str) -> dict[str, str]:
    body = json.dumps({"username": username, "password": "lightbox-demo"}).encode()
    request = urllib.request.Request(f"{system.url}/api/tokens/", body, {"Content-Type": "application/json"})  # noqa: S310  our own
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return {"Authorization": f"Bearer {json.load(answer)['token']}"}


def peers_here() -> tuple[str, ...]:
    """The names of the peers that can run on this machine."""
    plugins = _orthanc_plugins()
    with_orthanc = ("Orthanc, SQLite", *(("Orthanc, PostgreSQL",) if "OrthancPostgreSQLIndex" in plugins else ()))
    return (*(with_orthanc if shutil.which("Orthanc") else ()), *(("wlmscpfs",) if shutil.which("wlmscpfs") else ()))


@contextlib.contextmanager
def peer(name: str, folder: Path) -> Iterator[Server]:
    """Start a peer of `peers_here`, empty."""
    folder.mkdir(parents=True)
    if name == "wlmscpfs":
        with _wlmscpfs(folder) as server:
            yield server
        return
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(postgres(is_durable=True)) if name.endswith("PostgreSQL") else ""
        yield stack.enter_context(_orthanc(name, folder, url))


@contextlib.contextmanager
def _orthanc(name: str, folder: Path, postgres_url: str) -> Iterator[Server]:
    http, dicom, plugins = free_port(), free_port(), _orthanc_plugins()
    used = ["OrthancDicomWeb", "ModalityWorklists", *(["OrthancPostgreSQLIndex"] if postgres_url else [])]
    (folder / "worklists").mkdir()
    config = {
        "Name": name, "StorageDirectory": str(folder / "db"), "IndexDirectory": str(folder / "db"),
        "HttpPort": http, "DicomPort": dicom, "DicomAet": "ORTHANC", "RemoteAccessAllowed": False, "AuthenticationEnabled": False,
        "DicomAlwaysAllowFind": True, "DicomAlwaysAllowFindWorklist": True, "KeepAlive": True, "DicomThreadsCount": ORTHANC_THREADS,
        "MaximumPduLength": 131072, "Plugins": [plugins[plugin] for plugin in used if plugin in plugins],
        "DicomWeb": {"Enable": True, "Root": "/dicom-web/"}, "Worklists": {"Enable": True, "Database": str(folder / "worklists")},
    }  # fmt: skip
    if postgres_url:
        port = int(postgres_url.rpartition(":")[2].partition("/")[0])
        config["PostgreSQL"] = {
            "EnableIndex": True, "EnableStorage": False, "Host": "127.0.0.1", "Port": port, "Database": "postgres",
            "Username": "postgres", "Password": "none", "Lock": False, "EnableSsl": False,
        }  # fmt: skip
    (folder / "orthanc.json").write_text(json.dumps(config))
    with _started([str(shutil.which("Orthanc")), str(folder / "orthanc.json")], folder, dicom):
        wait_for(lambda: accepts(http), name)
        yield Server(name, "ORTHANC", dicom, http, "/dicom-web", worklists=folder / "worklists")


def _orthanc_plugins() -> dict[str, str]:
    listed = subprocess.run(["dpkg", "-L", *PACKAGES], capture_output=True, text=True, check=False).stdout if shutil.which("dpkg") else ""
    paths = [Path(line) for line in listed.split() if "/plugins/" in line and line.endswith(".so")]
    return {path.stem.removeprefix("lib"): str(path) for path in paths}


@contextlib.contextmanager
def _wlmscpfs(folder: Path) -> Iterator[Server]:
    """Its worklist files lie in `folder`/WLM."""
    (folder / "WLM").mkdir()
    (folder / "WLM" / "lockfile").touch()
    port = free_port()
    with _started([str(shutil.which("wlmscpfs")), "-dhl", "-dfp", str(folder), str(port)], folder, port):
        yield Server("wlmscpfs", "WLM", port, worklists=folder / "WLM")


@contextlib.contextmanager
def _started(command: list[str], folder: Path, port: int) -> Iterator[None]:
    with running(command, folder, signal.SIGTERM, env={**os.environ, "TCP_NODELAY": "1"}):
        wait_for(lambda: accepts(port), command[0])
        yield
