"""The simulated hospital against the real system: a day, played once however often it is started, and load.

The pictures are tiny stand-ins made here, so that no registry is asked. Not covered: the real pictures' looks.
"""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from demo.pictures import volume
from demo.pictures.library import BUILD, SERIES
from demo.pictures.volume import Volume
from demo.rest import Account
from tests.services import free_port
from tests.system import ROOT, System, environment, running_system, until

pytestmark = [pytest.mark.interop, pytest.mark.timeout(600), pytest.mark.system]
PLAY_SECONDS = 300


def tiny_pictures(data: Path) -> None:
    """Two slices for each series: enough to be sent, stored, counted and committed."""
    for name in SERIES:
        folder = data / "pictures" / "series" / name
        volume.write_ct(Volume(np.zeros((2, 8, 8)), (1.0, 1.0, 1.0)), folder, name, "HEAD", (40, 80))
        (folder / "build").write_text(BUILD)


@pytest.fixture(scope="module")
def his_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory, his_port: int) -> Iterator[System]:
    """An empty hospital with the simulated HIS beside it."""
    data = tmp_path_factory.mktemp("demo")
    tiny_pictures(data)
    with running_system(data, LIGHTBOX_HL7_OUT="", LIGHTBOX_HIS_PORT=str(his_port)) as running:
        yield running


def demo(system: System, his_port: int, *words: str) -> "subprocess.CompletedProcess[str]":
    """One command of the demo, talking to that system."""
    ports = {"HTTP": system.http_port, "DICOM": system.dicom_port, "HL7": system.hl7_port, "HIS": his_port}
    command = [sys.executable, "-m", "demo", *words]
    env = environment(system.data, ports)
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=PLAY_SECONDS, check=False)


@pytest.fixture(scope="module")
def day(system: System, his_port: int) -> str:
    """The day, played twice; what the first playing said."""
    first, second = (demo(system, his_port, "day") for _ in range(2))
    assert (first.returncode, second.returncode) == (0, 0), f"{first.stdout}{first.stderr}{second.stdout}{second.stderr}"
    return first.stdout


def exams(system: System) -> list[dict[str, Any]]:
    os.environ["LIGHTBOX_HTTP_PORT"] = str(system.http_port)
    try:
        found: list[dict[str, Any]] = Account("frontdesk").get("/api/exams/?limit=200")["results"]
    finally:
        del os.environ["LIGHTBOX_HTTP_PORT"]
    return [exam for exam in found if exam["accession_number"]]


def test_every_story_is_told_to_its_end(day: str) -> None:
    assert "the day is played: 17 of 17 stories" in day


def test_a_second_playing_doubles_nothing(day: str, system: System) -> None:
    assert len([exam for exam in exams(system) if not exam["patient"]["number"].startswith("S")]) == 17


def test_every_role_finds_work(day: str, system: System) -> None:
    states = Counter(exam["state"] for exam in exams(system))
    wanted = {"scheduled", "arrived", "in_progress", "completed", "preliminary", "final", "cancelled", "discontinued"}
    assert wanted <= set(states)


def test_the_his_is_told(day: str, system: System) -> None:
    journal = system.data / "his" / "journal.jsonl"
    for kind in ("ORU^R01", "DFT^P03", "ORM^O01"):
        until(lambda kind=kind: f'"type": "{kind}' in journal.read_text(encoding="utf-8"), f"{kind} at the HIS")


def test_load_runs_from_order_to_committed_images(system: System, his_port: int) -> None:
    done = demo(system, his_port, "simulate", "--exams", "5", "--speed", "5000")
    assert (done.returncode, "5 of 5 exams ended, " in done.stdout, "0 failures" in done.stdout) == (0, True, True), (
        done.stdout + done.stderr
    )


def test_load_that_fails_says_so(tmp_path: Path, his_port: int) -> None:
    tiny_pictures(tmp_path)
    ports = {name: free_port() for name in ("HTTP", "DICOM", "HL7", "HIS")}
    command = [sys.executable, "-m", "demo", "simulate", "--exams", "1", "--speed", "100000"]
    done = subprocess.run(command, cwd=ROOT, env=environment(tmp_path, ports), capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, "1 failures" in done.stdout) == (1, True)
