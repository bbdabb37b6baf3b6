"""Which rows a query or retrieve request means, on either information model (PS3.4 C.4, C.6). Keys are those of QIDO."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Max, Q, QuerySet

from imaging.archive.corrections.overlay import metadata_out
from imaging.archive.intake.values import Json, text_of
from imaging.archive.models import Instance, Series, Study
from imaging.archive.search.breadth import Breadth, breadth_of
from imaging.archive.search.extras import patient_counts, study_extras
from imaging.archive.search.matching import match, match_moment
from imaging.archive.search.query_keys import INSTANCE_KEYS, SERIES_KEYS, STUDY_KEYS, Key, Kind, Level, field_path, find_key
from imaging.archive.selectors import studies_for_system
from imaging.common.errors import InvalidInput
from imaging.dimse.contexts import PATIENT_FIND, PATIENT_GET, PATIENT_MOVE
from imaging.dimse.identifiers import text_element

LEVELS = {"PATIENT": None, "STUDY": Level.STUDY, "SERIES": Level.SERIES, "IMAGE": Level.INSTANCE}
PATIENT_ROOT = frozenset({PATIENT_FIND, PATIENT_MOVE, PATIENT_GET})
PATIENT_FIELDS = ("patient_id", "issuer_of_patient_id", "patient_name", "patient_birth_date", "patient_sex")
UNIQUE_KEYS = {Level.STUDY: "0020000D", Level.SERIES: "0020000E", Level.INSTANCE: "00080018"}

# A date and the time that belongs to it, for combined matching.
MOMENTS = [
    (date, time)
    for names in (("StudyDate", "StudyTime"), ("SeriesDate", "SeriesTime"))
    if (date := find_key(names[0])) and (time := find_key(names[1]))
]


@dataclass(frozen=True)
class Found:
    """One match: its attributes known without looking further, and a way to more of them."""

    attributes: Json
    more: Callable[[], Json] = dict


def level_of(query: Json, abstract_syntax: str) -> Level | None:
    """The Query/Retrieve Level; None stands for PATIENT. Raises InvalidInput."""
    name = text_of(query, "00080052").strip()
    if name not in LEVELS or (name == "PATIENT" and abstract_syntax not in PATIENT_ROOT):
        raise InvalidInput(f"Query/Retrieve Level {name or '(none)'} is not one of this model's")
    return LEVELS[name]


@dataclass(frozen=True)
class Selection:
    """Rows that fit, and how far was looked for them."""

    rows: QuerySet[Any, Any]
    breadth: Breadth


def filters_of(query: Json, level: Level, *, is_fuzzy: bool = False, is_combined: bool = False) -> Q:
    """Every key of `query` that we match on, at `level` or above. Raises InvalidInput for a value that a key cannot have."""
    found = Q()
    moments = [pair for pair in MOMENTS if is_combined and all(text_of(query, key.tag) for key in pair) and pair[0].level <= level]
    together = {key for pair in moments for key in pair}
    for key, value in keys_asked(query, level):
        if key not in together:
            found &= match(key, value, level, fuzzy=is_fuzzy)
    for date, time in moments:
        path = field_path(date, level).removesuffix(date.path)
        found &= match_moment(path, text_of(query, date.tag), text_of(query, time.tag), (date, time))
    return found


def keys_asked(query: Json, level: Level) -> list[tuple[Key, str]]:
    """The keys of `query` that are matched on at `level`, with their values as text."""
    found = ((find_key(tag), text_of(query, tag, 65536)) for tag in query)
    return [(key, value) for key, value in found if key is not None and key.level <= level]


def patients_found(query: Json, *, sees_protected: bool, is_fuzzy: bool = False) -> Selection:
    """Patients as the images name them, newest first: of the studies that fit, only so many are grouped."""
    breadth = breadth_of(keys_asked(query, Level.STUDY), Level.STUDY)
    studies = studies_for_system(sees_protected=sees_protected).filter(filters_of(query, Level.STUDY, is_fuzzy=is_fuzzy))
    if breadth.studies is None:
        breadth = Breadth(Level.STUDY, studies.order_by("-pk"), settings.SEARCH_STUDIES)
    rows = breadth.narrow(studies)
    return Selection(rows.values(*PATIENT_FIELDS).annotate(newest=Max("pk")).order_by("-newest"), breadth)


def rows_found(query: Json, level: Level, *, sees_protected: bool, is_fuzzy: bool = False, is_combined: bool = False) -> Selection:
    """Studies, series or instances that fit `query`, newest study first."""
    studies = studies_for_system(sees_protected=sees_protected)
    breadth = breadth_of(keys_asked(query, level), level, by_pk=level is Level.STUDY)
    filters = filters_of(query, level, is_fuzzy=is_fuzzy, is_combined=is_combined)
    if level is Level.STUDY:
        return Selection(breadth.narrow(studies.filter(filters)).order_by("-pk"), breadth)
    if level is Level.SERIES:
        shown: QuerySet[Any] = Series.objects.filter(filters, study__in=studies, rejection=None, instance_count__gt=0).select_related(
            "study"
        )
        return Selection(breadth.narrow(shown).order_by("-study_id", "series_number", "pk"), breadth)
    rows = Instance.objects.filter(filters, series__study__in=studies, series__rejection=None).select_related("series__study")
    return Selection(breadth.narrow(rows).order_by("-series__study_id", "series_id", "instance_number", "pk"), breadth)


def instances_wanted(query: Json, level: Level | None, *, sees_protected: bool) -> QuerySet[Instance]:
    """What a retrieve request means: the unique key of its level, and of those above where they are given. Raises InvalidInput."""
    tag = "00100020" if level is None else UNIQUE_KEYS[level]
    if not text_of(query, tag, 65536):
        raise InvalidInput(f"The unique key ({tag[:4]},{tag[4:]}) of this level is missing")
    if level is None and any(char in text_of(query, tag) for char in "*?"):
        raise InvalidInput("A patient is retrieved by one patient ID, without wild cards")
    named: Json = {name: query[name] for name in ("00100020", "0020000D", "0020000E", "00080018") if name in query}
    return rows_found(named, Level.INSTANCE, sees_protected=sees_protected).rows


def found_patient(row: dict[str, Any], *, sees_protected: bool) -> Found:
    """A patient with what the images say; how much there is of them is counted only when asked for."""
    birth = row["patient_birth_date"]
    return Found(
        {
            "00100010": text_element("PN", row["patient_name"]),
            "00100020": text_element("LO", row["patient_id"]),
            "00100021": text_element("LO", row["issuer_of_patient_id"]),
            "00100030": text_element("DA", f"{birth:%Y%m%d}" if birth else ""),
            "00100040": text_element("CS", row["patient_sex"]),
        },
        lambda: patient_counts(row["patient_id"], row["issuer_of_patient_id"], sees_protected=sees_protected),
    )


def found_row(row: Study | Series | Instance, *, sees_protected: bool = False) -> Found:
    """A row with the attributes of its level and of those above."""
    if isinstance(row, Study):
        return Found({**row.attributes, **_columns(row, STUDY_KEYS)}, lambda: study_extras(row, sees_protected=sees_protected))
    if isinstance(row, Series):
        return Found({**found_row(row.study).attributes, **row.attributes, **_columns(row, SERIES_KEYS)})
    return Found({**found_row(row.series).attributes, **_columns(row, INSTANCE_KEYS)}, lambda: metadata_out(row))


def _columns(row: Any, keys: tuple[Key, ...]) -> Json:
    return {key.tag: _column(key, getattr(row, key.path)) for key in keys}


def _column(key: Key, value: Any) -> Json:
    if value in (None, ""):
        return {"vr": key.vr}
    if key.kind is Kind.CODES:
        return text_element(key.vr, *[code for code in str(value).split("\\") if code])
    if key.vr in {"IS", "US"}:
        return {"vr": key.vr, "Value": [int(value)]}
    formats = {"DA": "%Y%m%d", "TM": "%H%M%S"}
    return text_element(key.vr, value.strftime(formats[key.vr]) if key.vr in formats else str(value))
