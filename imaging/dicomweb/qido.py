"""Answering searches from the index: which rows, and each as DICOM JSON (PS3.18 10.6)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from pydicom.datadict import dictionary_VR, tag_for_keyword

from imaging.access.policy import Person
from imaging.archive.matching import match
from imaging.archive.models import Instance, Series, Study
from imaging.archive.overlay import metadata_out
from imaging.archive.query_keys import KEYS_BY_LEVEL, Key, Kind, Level, find_key
from imaging.archive.selectors import instances_visible_to, series_visible_to, studies_visible_to
from imaging.common.errors import InvalidInput

PAGE = 100
LARGEST_PAGE = 1000
CONTROLS = {"limit", "offset", "fuzzymatching", "includefield", "accept", "orderby"}
EMPTY_SEQUENCE_VRS = {"SQ"}
Json = dict[str, Any]
Row = Study | Series | Instance


@dataclass(frozen=True)
class Search:
    """A search as asked: filters ready for the database, and what to return."""

    level: Level
    filters: Q
    limit: int
    offset: int
    include: frozenset[str]
    """Tags asked for by includefield; "all" stands for everything kept."""


def search_from(query: QueryDict, level: Level) -> Search:
    """Read the query. Raises InvalidInput, naming the parameter."""
    return Search(
        level=level,
        filters=_filters(query, level),
        limit=min(LARGEST_PAGE, _count(query, "limit", PAGE)),
        offset=_count(query, "offset", 0),
        include=frozenset(_include(query)),
    )


def _filters(query: QueryDict, level: Level) -> Q:
    fuzzy = query.get("fuzzymatching", "false").lower() == "true"
    found, seen = Q(), set()
    for name, value in query.items():
        if name.lower() in CONTROLS:
            continue
        key = _matching_key(name, level)
        if key.tag in seen:
            raise InvalidInput(_("“%(name)s” is asked for twice.") % {"name": key.keyword}, field=key.keyword)
        seen.add(key.tag)
        found &= match(key, str(value), level, fuzzy=fuzzy)
    return found


def _matching_key(name: str, level: Level) -> Key:
    key = find_key(name)
    if key is None or key.level > level:
        raise InvalidInput(_("“%(name)s” cannot be searched for here.") % {"name": name[:64]}, field=name[:64])
    return key


def _count(query: QueryDict, name: str, default: int) -> int:
    text = query.get(name, "")
    if not text:
        return default
    if not text.isdecimal() or len(text) > 9:
        raise InvalidInput(_("“%(name)s” is a whole number from 0.") % {"name": name}, field=name)
    return int(text)


def _include(query: QueryDict) -> Iterable[str]:
    for value in query.getlist("includefield"):
        for name in value.split(","):
            if name.strip().lower() == "all":
                yield "all"
            elif (tag := _tag_of(name.strip())) is not None:
                yield tag


def _tag_of(name: str) -> str | None:
    if len(name) == 8 and all(char in "0123456789abcdefABCDEF" for char in name):
        return name.upper()
    number = tag_for_keyword(name)
    return None if number is None else f"{number:08X}"


def rows_for(*, user: Person, search: Search, study: str = "", series: str = "") -> QuerySet[Any]:
    """Visible rows that match, newest first; one more than the limit, so that the caller knows whether there are more."""
    rows = _base(user, search.level, study, series).filter(search.filters)
    return rows[search.offset : search.offset + search.limit + 1]


def _base(user: Person, level: Level, study: str, series: str) -> QuerySet[Any]:
    if level is Level.STUDY:
        return studies_visible_to(user).filter(instance_count__gt=0).order_by("-id")
    if level is Level.SERIES:
        found = series_visible_to(user).select_related("study")
        return found.filter(study__study_instance_uid=study).order_by("series_number", "id") if study else found.order_by("-id")
    instances = instances_visible_to(user).select_related("series", "series__study")
    if study:
        instances = instances.filter(series__study__study_instance_uid=study)
    if series:
        instances = instances.filter(series__series_instance_uid=series)
    return instances.order_by("series_id", "instance_number", "id") if study or series else instances.order_by("-id")


def answer(row: Row, search: Search, root: str, *, with_parents: bool) -> Json:
    """One match: every attribute of its level, always present and typed, with what includefield adds.

    `with_parents`: the address does not name the parents, so their attributes are returned too (PS3.18 table 10.6.3-2).
    """
    study, series, instance = _lineage(row)
    body: Json = {}
    if isinstance(row, Study) or with_parents:
        body |= _kept(study, search) | _columns(study, Level.STUDY)
    if series is not None and (isinstance(row, Series) or with_parents):
        body |= _kept(series, search) | _columns(series, Level.SERIES)
    if instance is not None:
        body |= _columns(instance, Level.INSTANCE) | _more(instance, search)
    body |= _identity(study, series) | _places(root, study, series, instance)
    return dict(sorted(body.items()))


def _lineage(row: Row) -> tuple[Study, Series | None, Instance | None]:
    if isinstance(row, Study):
        return row, None, None
    if isinstance(row, Series):
        return row.study, row, None
    return row.series.study, row.series, row


def _identity(study: Study, series: Series | None) -> Json:
    uids = {"0020000D": element("UI", study.study_instance_uid)}
    return uids | ({"0020000E": element("UI", series.series_instance_uid)} if series is not None else {})


def _places(root: str, study: Study, series: Series | None, instance: Instance | None) -> Json:
    address = f"{root}/studies/{study.study_instance_uid}"
    address += f"/series/{series.series_instance_uid}" if series is not None else ""
    address += f"/instances/{instance.sop_instance_uid}" if instance is not None else ""
    return {"00081190": element("UR", address), "00080056": element("CS", "ONLINE"), "00080005": element("CS", "ISO_IR 192")}


def _kept(row: Study | Series, search: Search) -> Json:
    """What ingest kept beside the columns: all of it on demand, else what was asked for."""
    kept: Json = row.attributes or {}
    return kept if "all" in search.include else {tag: kept[tag] for tag in search.include if tag in kept}


def _more(instance: Instance, search: Search) -> Json:
    """Attributes of an instance beyond the index, from its kept metadata; read only when asked for."""
    own = {key.tag for key in KEYS_BY_LEVEL[Level.INSTANCE]}
    asked = search.include - own
    if not asked:
        return {}
    metadata = metadata_out(instance)
    wanted = metadata.keys() - own if "all" in asked else asked
    return {tag: metadata.get(tag) or _absent(tag) for tag in wanted if tag in metadata or tag != "all"}


def _absent(tag: str) -> Json:
    try:
        return {"vr": dictionary_VR(int(tag, 16)).split(" ")[0]}
    except KeyError:
        return {"vr": "UN"}


def _columns(row: Row, level: Level) -> Json:
    return {key.tag: element(key.vr, _value(row, key)) for key in KEYS_BY_LEVEL[level]}


def _value(row: Row, key: Key) -> Any:
    value = getattr(row, key.path)
    if key.kind is Kind.CODES:
        return [code for code in str(value).split("\\") if code]
    if key.keyword == "NumberOfFrames":
        return value or None
    return value


def element(vr: str, value: Any) -> Json:
    """One element of the DICOM JSON model; without a value it is still there, with its VR."""
    values = [_json_value(vr, item) for item in (value if isinstance(value, list) else [value]) if item not in (None, "")]
    return {"vr": vr, "Value": values} if values else {"vr": vr}


def _json_value(vr: str, value: Any) -> Any:
    if vr == "PN":
        groups = zip(("Alphabetic", "Ideographic", "Phonetic"), str(value).split("="), strict=False)
        return {name: text for name, text in groups if text}
    if vr == "DA":
        return value.strftime("%Y%m%d")
    if vr == "TM":
        return value.strftime("%H%M%S.%f") if value.microsecond else value.strftime("%H%M%S")
    return int(value) if vr in {"IS", "US"} else str(value)
