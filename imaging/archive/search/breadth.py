"""How far a search looks. One that names nothing an index finds few rows by looks at the newest studies only, and says so: its cost must
not grow with the archive."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from imaging.archive.models import Study
from imaging.archive.search.matching import literal_beginning, match
from imaging.archive.search.query_keys import Key, Kind, Level
from imaging.common.dicom import date_parse

# Keys by whose value, or the beginning of it, an index finds few rows.
INDEXED = frozenset({"PatientID", "AccessionNumber", "PatientName", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"})
# Of those, and of dates, the ones whose single values all have few rows; some archives have a hundred thousand studies of one patient ID.
EXACT = {"AccessionNumber": "*?", "StudyInstanceUID": "\\,", "SeriesInstanceUID": "\\,", "SOPInstanceUID": "\\,", "StudyDate": "-"}
# So many letters before a wild card within a value leave few rows to judge.
TELLING = 3
NARROW_SPAN = dt.timedelta(days=31)
# Series and instances of a study are many: fewer studies are looked at for them.
SHARES = {Level.STUDY: 1, Level.SERIES: 5, Level.INSTANCE: 100}
PATHS = {Level.STUDY: "pk", Level.SERIES: "study", Level.INSTANCE: "series__study"}
Asked = Iterable[tuple[Key, str]]


@dataclass(frozen=True)
class Breadth:
    """The studies looked at: `newest` many of `studies`, or all of them when there is no `studies`."""

    level: Level
    studies: QuerySet[Study] | None = None
    newest: int = 0
    is_exact: bool = False
    """Few rows, whichever value is asked for: one plan serves all of them."""

    def narrow(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """`rows` of this level, cut to the studies that are looked at."""
        if self.studies is None:
            return rows
        return rows.filter(**{f"{PATHS[self.level]}__in": self.studies.values("pk")[: self.newest]})

    def is_cut(self) -> bool:
        """Whether there are studies that were not looked at; to be asked when fewer rows came than were wanted."""
        return self.studies is not None and self.studies.values("pk")[self.newest : self.newest + 1].exists()

    @property
    def note(self) -> str:
        return f"Only the newest {self.newest} studies were searched"


def breadth_of(asked: Asked, level: Level, *, by_pk: bool = False) -> Breadth:
    """How far a search with the keys `asked` looks. `by_pk`: rows come newest first by key, so that without any key a page of them costs
    nothing more."""
    valued = [(key, text) for key, value in asked if (text := value.strip()) not in {"", "*"} and key.kind is not Kind.COUNT]
    if any(_is_narrow(key, text) for key, text in valued) or (by_pk and not valued):
        return Breadth(level, is_exact=any(_is_exact(key, text) for key, text in valued))
    dates = [(key, text) for key, text in valued if key.keyword == "StudyDate"]
    studies = Study.objects.filter(match(*dates[0], Level.STUDY)).order_by("-study_date", "-pk") if dates else Study.objects.order_by("-pk")
    return Breadth(level, studies, max(1, settings.SEARCH_STUDIES // SHARES[level]))


def _is_narrow(key: Key, text: str) -> bool:
    if key.keyword in INDEXED:
        groups = [part for group in text.split("=") if (part := group.strip("^ "))] if key.kind is Kind.NAME else [text]
        return all(_is_served(group) for group in groups) and bool(groups)
    return key.keyword == "StudyDate" and _is_short(text)


def _is_exact(key: Key, text: str) -> bool:
    return key.keyword in EXACT and not any(sign in text for sign in EXACT[key.keyword])


def _is_served(text: str) -> bool:
    """Whether what the index finds by the beginning of `text` either fits all of it, or cannot be too much."""
    literal = literal_beginning(text)
    return bool(literal) and (text.rstrip("*") == literal or len(literal) >= TELLING)


def _is_short(text: str) -> bool:
    low, _dash, high = text.partition("-") if "-" in text else (text, "-", text)
    first, last = date_parse(low), date_parse(high)
    return first is not None and last is not None and last - first <= NARROW_SPAN
