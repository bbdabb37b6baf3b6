"""The day's play by itself. Not covered: the acts, which tests/interop/test_demo.py plays against the whole system."""

from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from demo import clock
from demo.day import Day, play
from demo.memory import Memory
from demo.modality import Scanner
from demo.pictures.library import Library
from demo.stations import STATIONS
from demo.stories import STORIES, Story


class Worklist(Day):
    """A day whose orders are all on the list; nothing is sent."""

    def order(self, story: Story) -> None:
        self.once(story, "order", lambda: None)

    def accession(self, story: Story) -> str:
        return f"A{story.key}"

    def place(self, story: Story) -> tuple[Scanner, Dataset]:
        return self.scanners[story.station], Dataset()


class Present:
    """Staff who check everybody in and do nothing else."""

    def check_in(self, accession: str) -> None:
        """Here they are."""


def test_without_pictures_nothing_is_scanned_and_the_next_start_tries_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    library, now = Library(tmp_path / "pictures"), clock.now()
    scanners = {name: Scanner(station, library) for name, station in STATIONS.items()}
    memory = Memory(tmp_path / "demo", now.date())
    stopped = play(Worklist(memory, None, scanners, Present(), now))  # type: ignore[arg-type]
    scanned = [story for story in STORIES if memory.has(story.key, "perform") or memory.has(story.key, "start")]
    assert (stopped > 0, scanned) == (True, [])
    assert "there are no pictures for CT-CHEST" in capsys.readouterr().out
