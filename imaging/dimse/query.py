"""Matching one answer against a query and returning what was asked for (PS3.4 C.2.2.2, K.4.1.1.2), on the DICOM JSON model.

The database narrows by what it has an index on; this decides the rest, sequence matching included.
"""

import re
from typing import Any

from imaging.archive.values import NAME_GROUPS, Json
from imaging.common.wildcards import wild_matches

RANGES = frozenset({"DA", "TM", "DT"})
WILD = re.compile(r"[*?]")
LEVEL_TAG, CHARSET_TAG = "00080052", "00080005"
CONTROL_TAGS = frozenset({LEVEL_TAG, CHARSET_TAG, "00080053", "00080054", "00080056", "00080201"})


def exact_value(query: Json, tag: str) -> str:
    """The single value asked for at `tag`, when it is one that a database can look up; "" when it is empty, wild, or a list."""
    values = [_plain(value) for value in (query.get(tag) or {}).get("Value", []) if value is not None]
    text = values[0] if len(values) == 1 else ""
    return "" if WILD.search(text) or "=" in text else text


def range_of(query: Json, tag: str) -> tuple[str, str]:
    """The first and last value asked for at `tag`, each "" when open; a single value is both."""
    text = _plain(((query.get(tag) or {}).get("Value") or [""])[0])
    low, dash, high = text.partition("-")
    return (low.strip(), high.strip()) if dash else (text.strip(), text.strip())


def matches(query: Json, answer: Json) -> bool:
    """Whether `answer` fits every key of `query`; empty keys fit everything, also what the answer lacks."""
    return all(_element_matches(wanted, answer.get(tag)) for tag, wanted in query.items() if tag not in CONTROL_TAGS)


def _element_matches(wanted: Json, held: Json | None) -> bool:
    if wanted["vr"] == "SQ":
        return _sequence_matches(wanted.get("Value", []), (held or {}).get("Value", []))
    values = [value for value in wanted.get("Value", []) if value not in (None, "", "*")]
    if not values or (held is None and "InlineBinary" in wanted):
        return True
    found = [_plain(value) for value in (held or {}).get("Value", [])]
    return any(_value_matches(wanted["vr"], _plain(value), text) for value in values for text in found or [""])


def _sequence_matches(wanted: list[Json], held: list[Json]) -> bool:
    """A query's one item fits when any held item fits it; an empty sequence fits everything."""
    keys = [item for item in wanted if any(_has_value(element) for element in item.values())]
    return all(any(matches(item, candidate) for candidate in held) for item in keys)


def _has_value(element: Json) -> bool:
    if element["vr"] == "SQ":
        return any(_has_value(inner) for item in element.get("Value", []) for inner in item.values())
    return any(value not in (None, "", "*") for value in element.get("Value", []))


def _value_matches(vr: str, wanted: str, held: str) -> bool:
    if vr in RANGES:
        return _in_range(vr, wanted, held)
    if vr == "PN":
        return _name_matches(wanted, held)
    return wild_matches(wanted, held) if WILD.search(wanted) else wanted == held


def _in_range(vr: str, wanted: str, held: str) -> bool:
    if not held:
        return False
    low, dash, high = wanted.partition("-")
    if not dash:
        return held.startswith(wanted) if vr == "TM" else held == wanted
    return (not low or held[: len(low)] >= low) and (not high or held[: len(high)] <= high)


def _name_matches(wanted: str, held: str) -> bool:
    """Any group of the query against any group held, without regard to case or to empty components at the end."""
    groups = [group.rstrip("^ ") for group in held.split("=")]
    for part in (part.rstrip("^ ") for part in wanted.split("=")):
        if part and any(wild_matches(part, group, re.IGNORECASE) for group in groups if group):
            return True
    return False


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return "=".join(value.get(group, "") for group in NAME_GROUPS).rstrip("=")
    return "" if value is None else str(value)


def project(query: Json, answer: Json) -> Json:
    """`answer` cut to the keys that `query` asks for; what is not known comes back empty, as it must."""
    return {tag: _projected(wanted, answer.get(tag)) for tag, wanted in query.items() if tag not in CONTROL_TAGS}


def _projected(wanted: Json, held: Json | None) -> Json:
    if held is None:
        return {"vr": wanted["vr"]}
    items = wanted.get("Value", []) if wanted["vr"] == "SQ" else []
    if not items or not isinstance(items[0], dict) or not items[0]:
        return held
    return {"vr": "SQ", "Value": [project(items[0], item) for item in held.get("Value", [])]}
