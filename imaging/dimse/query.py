"""Matching one answer against a query and returning what was asked for (PS3.4 C.2.2.2, K.4.1.1.2), on the DICOM JSON model.

The database narrows by what it has an index on; this decides the rest, sequence matching included.
"""

import re
from dataclasses import dataclass
from typing import Any

from pydicom.datadict import keyword_for_tag

from imaging.archive.intake.values import NAME_GROUPS, Json
from imaging.archive.search.matching import name_resembles
from imaging.common.dicom import date_parse, time_parse
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


def exact_values(query: Json, tag: str) -> list[str]:
    """The values asked for at `tag`, any of which fits; none when one of them is no plain value."""
    values = [_plain(value) for value in (query.get(tag) or {}).get("Value", []) if value is not None]
    return [] if any(not value or WILD.search(value) or "=" in value for value in values) else values


def range_of(query: Json, tag: str) -> tuple[str, str]:
    """The first and last value asked for at `tag`, each "" when open; a single value is both."""
    text = _plain(((query.get(tag) or {}).get("Value") or [""])[0])
    low, dash, high = text.partition("-")
    return (low.strip(), high.strip()) if dash else (text.strip(), text.strip())


def first_value(query: Json, tag: str) -> str:
    return _plain(((query.get(tag) or {}).get("Value") or [""])[0])


def matches(query: Json, answer: Json, *, is_fuzzy: bool = False) -> bool:
    """Whether `answer` fits every key of `query`; empty keys fit everything, also what the answer lacks."""
    return all(_element_matches(wanted, answer.get(tag), is_fuzzy) for tag, wanted in query.items() if tag not in CONTROL_TAGS)


@dataclass(frozen=True)
class Mismatch:
    """A key that excluded an answer: where, what was asked, what is held."""

    tag: str
    asked: str
    held: str


def mismatches(query: Json, answer: Json) -> list[Mismatch]:
    """The keys of `query` that `answer` does not fit, those inside the first item of a sequence by themselves."""
    found = []
    for tag, wanted in query.items():
        held = answer.get(tag)
        if tag in CONTROL_TAGS or _element_matches(wanted, held, False):
            continue
        if wanted["vr"] == "SQ" and (held or {}).get("Value") and wanted["Value"]:
            found += mismatches(wanted["Value"][0], held["Value"][0])  # type: ignore[index]  # it has values
        else:
            found.append(Mismatch(tag, _shown(wanted), _shown(held)))
    return found


def _shown(element: Json | None) -> str:
    values = (element or {}).get("Value", [])
    return "\\".join(_plain(value) for value in values) if (element or {}).get("vr") != "SQ" else f"({len(values)})"


@dataclass(frozen=True)
class Fault:
    """A key that holds what it cannot have."""

    tag: str
    keyword: str
    why: str


def fault_in(query: Json) -> Fault | None:
    """The first key whose value no answer could ever have been meant by (status A900 names it)."""
    for tag, element in query.items():
        if element["vr"] == "SQ":
            items = element.get("Value", [])
            if len(items) > 1:
                return Fault(tag, keyword_of(tag), "a query's sequence has one item")
            fault = fault_in(items[0]) if items else None
        else:
            fault = _fault_of(tag, element)
        if fault is not None:
            return fault
    return None


def _fault_of(tag: str, element: Json) -> Fault | None:
    parse = {"DA": date_parse, "TM": time_parse}.get(element["vr"])
    for value in element.get("Value", []):
        parts = [part.strip() for part in _plain(value).split("-")] if parse else []
        if len(parts) > 2 or any(part and part != "*" and parse and parse(part) is None for part in parts):
            return Fault(tag, keyword_of(tag), f"{_plain(value)[:24]} is not a {'date' if element['vr'] == 'DA' else 'time'}")
    return None


def keyword_of(tag: str) -> str:
    return keyword_for_tag(int(tag, 16)) or f"({tag[:4]},{tag[4:]})"


def _element_matches(wanted: Json, held: Json | None, is_fuzzy: bool) -> bool:
    if wanted["vr"] == "SQ":
        return _sequence_matches(wanted.get("Value", []), (held or {}).get("Value", []), is_fuzzy)
    values = [value for value in wanted.get("Value", []) if value not in (None, "", "*")]
    if not values or (held is None and "InlineBinary" in wanted):
        return True
    found = [_plain(value) for value in (held or {}).get("Value", [])]
    if is_fuzzy and wanted["vr"] == "PN":
        return any(name_resembles(_plain(value), text) for value in values for text in found)
    return any(_value_matches(wanted["vr"], _plain(value), text) for value in values for text in found or [""])


def _sequence_matches(wanted: list[Json], held: list[Json], is_fuzzy: bool) -> bool:
    """A query's one item fits when any held item fits it; an empty sequence fits everything."""
    keys = [item for item in wanted if any(has_value(element) for element in item.values())]
    return all(any(matches(item, candidate, is_fuzzy=is_fuzzy) for candidate in held) for item in keys)


def has_value(element: Json) -> bool:
    """Whether a key asks for something: an empty value and a lone "*" fit everything."""
    if element["vr"] == "SQ":
        return any(has_value(inner) for item in element.get("Value", []) for inner in item.values())
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
