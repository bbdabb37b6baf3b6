"""What can go wrong with a report beyond the common errors."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from imaging.common.errors import Conflict, Forbidden, InvalidInput


@dataclass(frozen=True)
class Problem:
    """Something that a check before signing found. An error forbids; a warning is shown."""

    level: str
    code: str
    message: str
    section: str = ""

    @property
    def is_error(self) -> bool:
        return self.level == "error"


class Incomplete(InvalidInput):
    """The text cannot go out like this; `problems` lists why."""

    code = "report-incomplete"

    def __init__(self, message: str | Promise, problems: list[Problem]) -> None:
        super().__init__(message)
        self.problems = problems


class DraftConflict(Conflict):
    """Somebody else's text is in the draft. Both are kept: theirs in the report, the caller's as a copy."""

    code = "draft-conflict"

    def __init__(self, message: str | Promise, *, by: str, revision: int, theirs: list[Any], copy_id: int) -> None:
        super().__init__(message)
        self.by, self.revision, self.theirs, self.copy_id = by, revision, theirs, copy_id


class ReportTaken(Conflict):
    """Somebody else is writing this report."""

    code = "report-taken"

    def __init__(self, message: str | Promise, *, by: str) -> None:
        super().__init__(message)
        self.by = by


class WrongPassword(Forbidden):
    code = "wrong-password"
