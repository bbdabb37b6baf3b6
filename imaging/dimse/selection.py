"""Which rows a query or retrieve request means, on either information model (PS3.4 C.4, C.6). Keys are those of QIDO."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum

from imaging.archive.matching import match
from imaging.archive.models import Instance, Series, Study
from imaging.archive.overlay import metadata_out
from imaging.archive.query_keys import INSTANCE_KEYS, SERIES_KEYS, STUDY_KEYS, Key, Kind, Level, find_key
from imaging.archive.selectors import studies_for_system
from imaging.archive.values import Json, text_of
from imaging.common.errors import InvalidInput
from imaging.dimse.contexts import PATIENT_FIND, PATIENT_GET, PATIENT_MOVE
from imaging.dimse.identifiers import text_element

LEVELS = {"PATIENT": None, "STUDY": Level.STUDY, "SERIES": Level.SERIES, "IMAGE": Level.INSTANCE}
PATIENT_ROOT = frozenset({PATIENT_FIND, PATIENT_MOVE, PATIENT_GET})
PATIENT_FIELDS = ("patient_id", "issuer_of_patient_id", "patient_name", "patient_birth_date", "patient_sex")
UNIQUE_KEYS = {Level.STUDY: "0020000D", Level.SERIES: "0020000E", Level.INSTANCE: "00080018"}


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


def filters_of(query: Json, level: Level) -> Q:
    """Every key of `query` that we match on, at `level` or above. Raises InvalidInput for a value that a key cannot have."""
    found = Q()
    for tag in query:
        key = find_key(tag)
        if key is not None and key.level <= level:
            found &= match(key, text_of(query, tag, 65536), level)
    return found


def patients_found(query: Json, *, sees_protected: bool) -> QuerySet[Study, Any]:
    """Patients as the images name them, with how much there is of each."""
    rows = studies_for_system(sees_protected=sees_protected).filter(filters_of(query, Level.STUDY))
    counts = {"studies": Count("pk"), "series": Sum("series_count"), "instances": Sum("instance_count"), "newest": Max("pk")}
    return rows.values(*PATIENT_FIELDS).annotate(**counts).order_by("-newest")


def rows_found(query: Json, level: Level, *, sees_protected: bool) -> QuerySet[Any]:
    """Studies, series or instances that fit `query`, newest study first."""
    studies = studies_for_system(sees_protected=sees_protected)
    filters = filters_of(query, level)
    if level is Level.STUDY:
        return studies.filter(filters).order_by("-pk")
    if level is Level.SERIES:
        shown = Series.objects.filter(filters, study__in=studies, rejection=None, instance_count__gt=0)
        return shown.select_related("study").order_by("-study_id", "series_number", "pk")
    rows = Instance.objects.filter(filters, series__study__in=studies, series__rejection=None).select_related("series__study")
    return rows.order_by("-series__study_id", "series_id", "instance_number", "pk")


def instances_wanted(query: Json, level: Level | None, *, sees_protected: bool) -> QuerySet[Instance]:
    """What a retrieve request means: the unique key of its level, and of those above where they are given. Raises InvalidInput."""
    tag = "00100020" if level is None else UNIQUE_KEYS[level]
    if not text_of(query, tag, 65536):
        raise InvalidInput(f"The unique key ({tag[:4]},{tag[4:]}) of this level is missing")
    if level is None and any(char in text_of(query, tag) for char in "*?"):
        raise InvalidInput("A patient is retrieved by one patient ID, without wild cards")
    named: Json = {name: query[name] for name in ("00100020", "0020000D", "0020000E", "00080018") if name in query}
    return rows_found(named, Level.INSTANCE, sees_protected=sees_protected)


def found_patient(row: dict[str, Any]) -> Found:
    counts = {"00201200": row["studies"], "00201202": row["series"], "00201204": row["instances"]}
    birth = row["patient_birth_date"]
    return Found(
        {
            "00100010": text_element("PN", row["patient_name"]),
            "00100020": text_element("LO", row["patient_id"]),
            "00100021": text_element("LO", row["issuer_of_patient_id"]),
            "00100030": text_element("DA", f"{birth:%Y%m%d}" if birth else ""),
            "00100040": text_element("CS", row["patient_sex"]),
            **{tag: {"vr": "IS", "Value": [count or 0]} for tag, count in counts.items()},
        }
    )


def found_row(row: Study | Series | Instance) -> Found:
    """A row with the attributes of its level and of those above."""
    if isinstance(row, Study):
        return Found({**row.attributes, **_columns(row, STUDY_KEYS)})
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
