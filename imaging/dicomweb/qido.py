"""Answering searches from the index: which rows, and each as DICOM JSON (PS3.18 10.6)."""

import hashlib
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from imaging.access.policy import Person
from imaging.archive.corrections.overlay import metadata_out
from imaging.archive.models import Instance, Series, Study
from imaging.archive.search.breadth import Breadth, breadth_of
from imaging.archive.search.extras import EXTRA_TAGS, SOP_CLASSES, patient_counts_in, sop_classes
from imaging.archive.search.matching import match
from imaging.archive.search.query_keys import KEYS_BY_LEVEL, Key, Kind, Level, find_key
from imaging.archive.selectors import instances_shown, instances_visible_to, series_shown, series_visible_to, studies_visible_to
from imaging.common.errors import InvalidInput
from imaging.common.memory import recall, remember
from imaging.common.plans import planned_once
from imaging.dicomweb.including import Include, include_of, kept, tag_of

PAGE = 100
PAGING_SECONDS = 600
TIMEZONE = "00080201"
MODELS: dict[Level, Any] = {Level.STUDY: Study, Level.SERIES: Series, Level.INSTANCE: Instance}
# Beyond the keys: attributes that PS3.18 tables 10.6.3-3 to -5 want in every answer.
ALWAYS: dict[Level, tuple[str, ...]] = {
    Level.STUDY: (),
    Level.SERIES: ("00400244", "00400245", "00400275"),
    Level.INSTANCE: ("00280100",),
}
LARGEST_PAGE = 1000
CONTROLS = {"limit", "offset", "fuzzymatching", "includefield", "accept", "charset", "orderby"}
PATIENT_TAGS = EXTRA_TAGS - {SOP_CLASSES}
Json = dict[str, Any]
Row = Study | Series | Instance


@dataclass(frozen=True)
class Search:
    """A search as asked: filters ready for the database, and what to return."""

    level: Level
    filters: Q
    limit: int
    offset: int
    include: Include
    """Asked for by includefield."""
    asked: str = ""
    """What was searched for, in the client's words, without the page."""
    keys: tuple[tuple[Key, str], ...] = ()
    """The keys that are matched on, with their values."""
    ignored: tuple[str, ...] = ()
    """Attributes that cannot be searched for here: the client is told."""
    user: Person | None = None
    """Who asks: what is counted is counted among what they may see."""

    def breadth(self, *, is_below_study: bool) -> Breadth:
        """How far is looked: below a study at all of it."""
        return Breadth(self.level, is_exact=True) if is_below_study else breadth_of(self.keys, self.level, by_pk=True)


def search_from(query: QueryDict, level: Level, user: Person | None = None) -> Search:
    """Read the query. Raises InvalidInput, naming the parameter."""
    filters, keys, ignored = _filters(query, level)
    return Search(
        level=level,
        filters=filters,
        keys=keys,
        user=user,
        limit=min(LARGEST_PAGE, _count(query, "limit", PAGE)),
        offset=_count(query, "offset", 0),
        include=include_of(query),
        asked="&".join(sorted(f"{name}={value}" for name, value in query.items() if name not in {"limit", "offset"})),
        ignored=tuple(ignored),
    )


def _filters(query: QueryDict, level: Level) -> tuple[Q, tuple[tuple[Key, str], ...], list[str]]:
    """What the database is asked, by which keys, and which attributes it cannot be asked for."""
    fuzzy = _is_fuzzy(query)
    found, keys, ignored, seen = Q(), [], [], set()
    for name, value in query.items():
        if name.lower() in CONTROLS:
            continue
        key = _matching_key(name, level)
        if key is None:
            ignored.append(name)
            continue
        if key.tag in seen:
            raise InvalidInput(_("“%(name)s” is asked for twice.") % {"name": key.keyword}, field=key.keyword)
        seen.add(key.tag)
        keys.append((key, str(value)))
        found &= match(key, str(value), level, fuzzy=fuzzy)
    return found, tuple(keys), ignored


def _is_fuzzy(query: QueryDict) -> bool:
    text = query.get("fuzzymatching", "false").lower()
    if text not in {"true", "false"}:
        raise InvalidInput(_("“fuzzymatching” is true or false."), field="fuzzymatching")
    return text == "true"


def _matching_key(name: str, level: Level) -> Key | None:
    """None for an attribute of DICOM that is no key of ours. Raises InvalidInput for what is none, and for one of a level below."""
    key = find_key(name)
    if key is None and all(tag_of(step) for step in name.split(".")):
        return None
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


def rows_for(*, user: Person, search: Search, study: Study | None = None, series: str = "") -> list[Any]:
    """Visible rows that match, newest first; one more than the limit, so that the caller knows whether there are more.

    `study` is one that `user` may see: what is below it is visible with it. Later pages hold nothing that came after the first one was
    asked for: nobody meets a row twice because of what arrives meanwhile.
    """
    breadth = search.breadth(is_below_study=study is not None)
    rows = breadth.narrow(_base(user, search.level, study, series).filter(search.filters))
    newest = recall(_place(user, search, study, series)) if search.offset else _newest(search, study)
    if newest is not None:
        rows = rows.filter(pk__lte=newest)
    with planned_once(breadth.is_exact):
        found = list(rows[search.offset : search.offset + search.limit + 1])
    if not search.offset and len(found) > search.limit:
        remember(_place(user, search, study, series), PAGING_SECONDS, newest or found[0].pk)
    return [_below(study, row) for row in found] if study else found


def _place(user: Person, search: Search, study: Study | None, series: str) -> str:
    """Where it is remembered which row was the newest when the first page of this search was asked for."""
    asked = repr((user.pk, search.level, search.asked, study.study_instance_uid if study else "", series))
    return f"qido:{hashlib.sha256(asked.encode()).hexdigest()}"


def _newest(search: Search, study: Study | None) -> int | None:
    """The newest row that there is. None where the first row found will tell, and below a study all of which fits on a page."""
    if study is None or (study.series_count if search.level is Level.SERIES else study.instance_count) <= search.limit:
        return None
    newest: int | None = MODELS[search.level].objects.order_by("-pk").values_list("pk", flat=True).first()
    return newest


def _base(user: Person, level: Level, study: Study | None, series: str) -> QuerySet[Any]:
    if level is Level.STUDY:
        return studies_visible_to(user).order_by("-id")
    if level is Level.SERIES:
        if study is not None:
            return series_shown().filter(study=study).order_by("series_number", "id")
        return series_visible_to(user).select_related("study").order_by("-id")
    if study is None:
        return instances_visible_to(user).select_related("series", "series__study", "metadata").order_by("-id")
    instances = instances_shown().filter(series__study=study).select_related("series", "metadata")
    if series:
        instances = instances.filter(series__series_instance_uid=series)
    return instances.order_by("series_id", "instance_number", "id")


def _below(study: Study, row: Series | Instance) -> Series | Instance:
    """`row` with the study that has been read already."""
    (row if isinstance(row, Series) else row.series).study = study
    return row


def answer(row: Row, search: Search, root: str, *, with_parents: bool) -> Json:
    """One match: every attribute of its level, always present and typed, with what includefield adds.

    `with_parents`: the address does not name the parents, so their attributes are returned too (PS3.18 table 10.6.3-2).
    """
    study, series, instance = _lineage(row)
    body: Json = {}
    if isinstance(row, Study) or with_parents:
        body |= kept(study.attributes or {}, search.include, ALWAYS[Level.STUDY]) | _columns(study, Level.STUDY) | _counted(study, search)
    if series is not None and (isinstance(row, Series) or with_parents):
        body |= kept(series.attributes or {}, search.include, ALWAYS[Level.SERIES]) | _columns(series, Level.SERIES)
    if instance is not None:
        body |= _columns(instance, Level.INSTANCE) | _more(instance, search)
    if TIMEZONE in (study.attributes or {}):
        body[TIMEZONE] = study.attributes[TIMEZONE]
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


def _counted(study: Study, search: Search) -> Json:
    """What is counted only for who asks for it by name."""
    fields = search.include.fields.keys()
    classes = sop_classes(study) if SOP_CLASSES in fields else {}
    if not fields & PATIENT_TAGS or search.user is None:
        return classes
    counts = patient_counts_in(studies_visible_to(search.user), study.patient_id, study.issuer_of_patient_id)
    return classes | {tag: counts[tag] for tag in fields & PATIENT_TAGS}


def _more(instance: Instance, search: Search) -> Json:
    """Attributes of an instance beyond the index, from its kept metadata."""
    own = {key.tag for key in KEYS_BY_LEVEL[Level.INSTANCE]}
    found = kept(metadata_out(instance), search.include, ALWAYS[Level.INSTANCE], absent_too=True)
    return {tag: value for tag, value in found.items() if tag not in own}


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
