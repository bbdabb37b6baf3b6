"""What of the day has been played, kept on disk, so that a second start goes on instead of beginning again."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path


class Memory:
    def __init__(self, folder: Path, day: date) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"day-{day:%Y-%m-%d}.json"
        self._done: dict[str, list[str]] = json.loads(self._path.read_text()) if self._path.exists() else {}

    def notes(self, story: str) -> int:
        """How much of a story is known; it grows with each act."""
        return len(self._done.get(story, []))

    def last(self, story: str) -> str:
        return self._done[story][-1]

    def has(self, story: str, act: str) -> bool:
        return act in self._done.get(story, [])

    def once(self, story: str, act: str, work: Callable[[], object]) -> None:
        """Do it unless it was done; it counts as done only when it raised nothing."""
        if self.has(story, act):
            return
        work()
        self._note(story, act)

    def recall(self, story: str, what: str, find: Callable[[], str]) -> str:
        """A word that was found once and is kept, since it may not be found later."""
        prefix = f"{what}="
        kept = next((act.removeprefix(prefix) for act in self._done.get(story, []) if act.startswith(prefix)), "")
        if not kept:
            kept = find()
            self._note(story, prefix + kept)
        return kept

    def _note(self, story: str, act: str) -> None:
        self._done.setdefault(story, []).append(act)
        passing = self._path.with_suffix(".new")
        passing.write_text(json.dumps(self._done))
        passing.replace(self._path)
