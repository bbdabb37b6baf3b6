"""What a scanner's worklist query means (PS3.4 K.6.1): which booked steps fit it, and each as the scanner can show it."""

import datetime as dt
import re
from collections.abc import Iterator

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from imaging.archive.intake.values import Json
from imaging.archive.search.matching import fuzzy_words
from imaging.common.dicom import date_parse, time_end, time_parse
from imaging.common.errors import LightboxError
from imaging.dimse.profile import shaped
from imaging.dimse.query import CONTROL_TAGS, exact_value, exact_values, first_value, has_value, matches, range_of
from imaging.dimse.worklist_item import KNOWN_KEYS, STEP_KEYS, STEPS, item_of
from imaging.scheduling.models import ScheduledStep, Station
from imaging.scheduling.selectors import worklist_steps
from imaging.scheduling.worklist_parts import WorklistStep, worklist_parts

START_DATE, START_TIME = "00400002", "00400003"
AT_ONCE = 200
LITERAL = re.compile(r"[^\W_]+")


class TooBroad(LightboxError):
    """The query names too little: answering it would mean to look at too many steps."""

    code = "query-too-broad"


def worklist_items(query: Json, station: Station | None = None, *, is_fuzzy: bool = False) -> Iterator[tuple[WorklistStep, Json]]:
    """The steps that fit `query`, each with its worklist item as `station` can show it, earliest first.

    Raises TooBroad after `WORKLIST_LOOK_LIMIT` steps: what has no index is judged one by one.
    """
    asked, judged = step_keys(query), judged_keys(query)
    asking = exact_value(asked, "00400001")
    for step in _looked_at(steps_asked(query, is_fuzzy=is_fuzzy)):
        held = item_of(step, asking)
        item = shaped(held, station)
        if matches(judged, held, is_fuzzy=is_fuzzy) or (item is not held and matches(judged, item, is_fuzzy=is_fuzzy)):
            yield step, item


def _looked_at(steps: QuerySet[ScheduledStep]) -> Iterator[WorklistStep]:
    """The first `WORKLIST_LOOK_LIMIT` of `steps`, some at a time; then TooBroad if there are more."""
    most = settings.WORKLIST_LOOK_LIMIT
    pks = list(steps.values_list("pk", flat=True)[: most + 1])
    for at in range(0, min(len(pks), most), AT_ONCE):
        yield from worklist_parts(pks[at : min(at + AT_ONCE, most)])
    if len(pks) > most:
        raise TooBroad(f"Over {most} steps to look at")


def step_keys(query: Json) -> Json:
    """The query's one Scheduled Procedure Step item."""
    found: Json = ((query.get(STEPS) or {}).get("Value") or [{}])[0] or {}
    return found


def judged_keys(query: Json) -> Json:
    """`query` without what no item has, without keys that fit everything, and without a start that the database has decided: date and
    time together name one span."""
    keys = {tag: element for tag, element in query.items() if tag in KNOWN_KEYS and tag != STEPS and has_value(element)}
    decided = {START_DATE, START_TIME} if first_value(step_keys(query), START_DATE) else set()
    of_step = {tag: element for tag, element in step_keys(query).items() if tag in STEP_KEYS - decided and has_value(element)}
    return {**keys, STEPS: {"vr": "SQ", "Value": [of_step]}} if of_step else keys


def has_unknown_keys(query: Json) -> bool:
    """Whether a value is asked for at a key that no worklist item has: it comes back, but cannot match (status FF01)."""
    in_step = ((tag, element) for tag, element in step_keys(query).items() if tag not in STEP_KEYS)
    on_top = ((tag, element) for tag, element in query.items() if tag not in KNOWN_KEYS | CONTROL_TAGS)
    return any(has_value(element) for found in (on_top, in_step) for _tag, element in found)


def steps_asked(query: Json, *, is_fuzzy: bool = False) -> QuerySet[ScheduledStep]:
    """Narrowed by everything that has an index."""
    asked = step_keys(query)
    starts_from, starts_to = span_of(asked)
    return worklist_steps(
        station_ae_titles=exact_values(asked, "00400001"),
        modalities=exact_values(asked, "00080060"),
        starts_from=starts_from,
        starts_to=starts_to,
        accession_number=exact_value(query, "00080050"),
        patient_id=exact_value(query, "00100020"),
        step_id=exact_value(asked, "00400009"),
        requested_procedure_id=exact_value(query, "00401001"),
        study_instance_uids=exact_values(query, "0020000D"),
        name_beginnings=name_beginnings(first_value(query, "00100010"), is_fuzzy=is_fuzzy),
    )


def name_beginnings(name: str, *, is_fuzzy: bool = False) -> list[str]:
    """How a word must begin by which a patient of this name is known, any of them; none when that cannot be told."""
    if is_fuzzy:
        return fuzzy_words(name)[:1]
    found = []
    for group in filter(None, (part.strip("^ ") for part in name.split("="))):
        literal = LITERAL.match(group)
        if literal is None:
            return []
        found.append(literal[0].lower())
    return found


def span_of(asked: Json) -> tuple[dt.datetime | None, dt.datetime | None]:
    """First and last start wanted. Date and time are one span: from the first day's first time to the last day's last
    (PS3.4 table K.6-1)."""
    first, last = (date_parse(text) for text in range_of(asked, START_DATE))
    low, high = range_of(asked, START_TIME)
    begin = timezone.make_aware(dt.datetime.combine(first, (time_parse(low) if low else None) or dt.time())) if first else None
    end = timezone.make_aware(dt.datetime.combine(last, time_end(high))) if last else None
    return begin, end
