"""`python -m config.supervisor` as a person starts it: ready, mended, stopped, gone.

Not covered: the first start's set-up (`make demo` on a fresh machine), which is tried by hand before a release.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.services import free_port
from tests.system import ROOT, System, environment, is_ready, running_system, until

pytestmark = [pytest.mark.interop, pytest.mark.timeout(300), pytest.mark.system]
MENDED = "SIGKILL; starting it again"


def processes_of(data: Path) -> dict[int, str]:
    """Every living process that was started for this data folder, by its environment, with its command line."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if f"LIGHTBOX_DATA={data}\0".encode() in (entry / "environ").read_bytes():
                found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue  # ended meanwhile
    return found


def pid_of(data: Path, words: str) -> int:
    return next(pid for pid, command in sorted(processes_of(data).items()) if words in command)


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with running_system(tmp_path_factory.mktemp("supervised")) as running:
        yield running


def rest(system: System, path: str, token: str = "", **body: str) -> Any:
    """What a REST address answers to a GET, or to a POST of `body`."""
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    request = urllib.request.Request(f"{system.url}{path}", json.dumps(body).encode() if body else None, headers)  # noqa: S310  our own
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        return json.load(answer)


def readyz(system: System, part: str = "dicom") -> tuple[int, str]:
    """The status of /readyz and what it says of one part."""
    try:
        with urllib.request.urlopen(f"{system.url}/readyz", timeout=10) as answer:  # noqa: S310  our own
            return answer.status, json.load(answer)[part]
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)[part]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder for systems that run one after the other: only the first has to prepare it."""
    return tmp_path_factory.mktemp("one-after-the-other")


def test_it_says_where_and_as_whom(system: System) -> None:
    until(lambda: "Ctrl-C stops everything" in system.log(), "the banner")
    shown = system.log()
    wanted = (system.url, "lightbox-demo", "radiologist", "pacsadmin", str(system.dicom_port), str(system.hl7_port))
    assert all(word in shown for word in wanted)


def test_an_empty_hospital_has_its_catalogue_and_rooms_and_no_patient(system: System) -> None:
    token = rest(system, "/api/tokens/", username="frontdesk", password="lightbox-demo")["token"]

    def count(path: str) -> int:
        answer = rest(system, f"/api/{path}", token)
        return len(answer["results"] if isinstance(answer, dict) else answer)

    counted = {path: count(path) for path in ("procedures/", "rooms/", "patients/?q=0", "exams/")}
    assert counted == {"procedures/": counted["procedures/"] or "none", "rooms/": 9, "patients/?q=0": 0, "exams/": 0}


def test_readiness_is_503_and_names_what_is_down(system: System) -> None:
    until(lambda: readyz(system) == (200, "ready"), "all is well")
    os.kill(pid_of(system.data, "dicom_server"), signal.SIGKILL)
    until(lambda: readyz(system) == (503, "not answering"), "503")
    until(lambda: readyz(system) == (200, "ready"), "all is well again", 60)


@pytest.mark.parametrize(("program", "part"), [("dicom_server", "dicom"), ("hl7_listener", "hl7")])
def test_a_process_that_hangs_is_not_ready(system: System, program: str, part: str) -> None:
    until(lambda: readyz(system, part) == (200, "ready"), "all is well")
    pid = pid_of(system.data, program)
    os.kill(pid, signal.SIGSTOP)
    try:
        until(lambda: readyz(system, part) == (503, "not answering"), "503")
    finally:
        os.kill(pid, signal.SIGCONT)
    until(lambda: readyz(system, part) == (200, "ready"), "all is well again")


def test_each_line_names_its_process(system: System) -> None:
    until(lambda: {"lightbox", "prepare"} <= names_in(system.log()), f"lines of both: {names_in(system.log())}")


def names_in(log: str) -> set[str]:
    return {line.partition("|")[0].strip() for line in log.splitlines() if " | " in line}


def test_the_broker_wants_a_password(system: System) -> None:
    port = int(re.findall(r"redis://\S*?127\.0\.0\.1:(\d+)", environ_of(pid_of(system.data, "uvicorn")))[0])
    with socket.create_connection(("127.0.0.1", port), 5) as broker:
        broker.sendall(b"PING\r\n")
        assert broker.recv(100).startswith(b"-NOAUTH")


def environ_of(pid: int) -> str:
    return Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace")


@pytest.mark.parametrize("words", ["dicom_server", "hl7_listener", "celery -A config --quiet worker", "uvicorn"])
def test_a_child_that_dies_is_started_again(system: System, words: str) -> None:
    old, told = pid_of(system.data, words), system.log().count(MENDED)
    os.kill(old, signal.SIGKILL)
    until(lambda: system.log().count(MENDED) > told, "it is told")
    until(lambda: any(words in command and pid != old for pid, command in processes_of(system.data).items()), f"{words} again")
    until(lambda: is_ready(system.url), "ready again", 60)


def test_a_stop_leaves_nothing(folder: Path) -> None:
    with running_system(folder) as running:
        assert len(processes_of(folder)) >= 6
    assert running.process.returncode == 0
    until(lambda: not processes_of(folder), "no process is left", 10)


def test_a_killed_supervisor_leaves_nothing_either(folder: Path) -> None:
    with running_system(folder) as running:
        running.process.kill()
        running.process.wait()
        until(lambda: not processes_of(folder), f"no process is left: {processes_of(folder)}", 30)


def test_it_stops_when_nobody_reads_it_any_more(folder: Path) -> None:
    command = [sys.executable, "-m", "config.supervisor"]
    env = environment(folder, free_ports())
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout and process.stderr
        process.stdout.readline()
        process.stdout.close()
        complaints = process.stderr.read()
    assert (process.returncode, complaints) == (0, b"")
    until(lambda: not processes_of(folder), "no process is left", 10)


def refused(data: Path, ports: dict[str, int], **extra: str) -> str:
    """What a start that cannot be says; it ends at once, with status 1 and without a traceback."""
    command, env = [sys.executable, "-m", "config.supervisor"], environment(data, ports, **extra)
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)
    said = done.stdout + done.stderr
    assert (done.returncode, "Traceback" in said) == (1, False), said
    return said


def free_ports() -> dict[str, int]:
    return {name: free_port() for name in ("HTTP", "DICOM", "HL7", "HIS")}


@pytest.mark.parametrize("door", ["HTTP", "DICOM", "HL7"])
def test_a_taken_port_is_named_with_its_variable(tmp_path: Path, door: str) -> None:
    ports = free_ports()
    with socket.create_server(("127.0.0.1", ports[door])):
        said = refused(tmp_path, ports)
    assert (f"Port {ports[door]}" in said, f"LIGHTBOX_{door}_PORT=" in said) == (True, True)


def test_a_setting_that_cannot_be_is_named(tmp_path: Path) -> None:
    assert "LIGHTBOX_HTTP_PORT must be a whole number, not '80a'" in refused(tmp_path, free_ports(), LIGHTBOX_HTTP_PORT="80a")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "LIGHTBOX_DATA" in refused(tmp_path / "file" / "data", free_ports())


def test_two_never_run_on_one_folder(system: System) -> None:
    assert "Another Lightbox runs on" in refused(system.data, free_ports())
