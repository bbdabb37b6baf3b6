"""The attributes of an object in rows that a person can read: PS3.18 F.2 in, names of PS3.6 out."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pydicom.datadict import dictionary_description, private_dictionary_description

from imaging.archive.intake.values import Json

MOST_ROWS, MOST_DEPTH, LONGEST_VALUE = 3000, 16, 200
MOST_VALUES = 32
PER_FRAME = "52009230"
SCRIPTS = ("Alphabetic", "Ideographic", "Phonetic")


@dataclass(frozen=True)
class Row:
    """An attribute, the beginning of an item, or what lies too deep to be read; `depth` counts the sequences and items around it.
    `is_bulk`: its value is not text."""

    depth: int
    tag: str
    name: str
    vr: str
    value: str = ""
    is_bulk: bool = False
    item: int = 0


def rows_of(metadata: Json, *, frame: int = 1) -> tuple[list[Row], bool]:
    """The attributes in the order of their tags, of the functional groups of single frames only those of `frame`; and whether the rest of
    them was left out because there are too many to read."""
    found = list(islice(_rows(metadata, frame, 0), MOST_ROWS + 1))
    return found[:MOST_ROWS], len(found) > MOST_ROWS


def _rows(ds: Json, frame: int, depth: int) -> Iterator[Row]:
    if depth > MOST_DEPTH:
        yield Row(depth, "", "", "", "…")
        return
    for tag in sorted(ds):
        element = ds[tag]
        vr, values = element.get("vr", ""), element.get("Value") or []
        row = Row(depth, f"{tag[:4]},{tag[4:]}", _name(ds, tag), vr)
        if vr == "SQ":
            yield row
            wanted = [frame] if tag == PER_FRAME else range(1, len(values) + 1)
            for number in (one for one in wanted if 0 < one <= len(values)):
                yield Row(depth + 1, "", "", "", item=number)
                yield from _rows(values[number - 1] or {}, frame, depth + 2)
        else:
            is_bulk = "BulkDataURI" in element or "InlineBinary" in element
            yield Row(depth, row.tag, row.name, vr, "" if is_bulk else _text(values), is_bulk=is_bulk)


def _name(ds: Json, tag: str) -> str:
    """As PS3.6 calls it; of a private attribute what its creator calls it, as far as that is known, else who that is."""
    number = int(tag, 16)
    try:
        if not number >> 16 & 1:
            return dictionary_description(number)
        creator = _text((ds.get(f"{tag[:4]}00{tag[4:6]}") or {}).get("Value") or [])
        return private_dictionary_description(number, creator) if creator else ""
    except KeyError:
        return ""


def _text(values: list[Any]) -> str:
    said = "\\".join(map(_one, values[:MOST_VALUES])) + (" …" if len(values) > MOST_VALUES else "")
    return said if len(said) <= LONGEST_VALUE else f"{said[:LONGEST_VALUE]} …"


def _one(value: Any) -> str:
    if isinstance(value, dict):
        return "=".join(str(value.get(script) or "") for script in SCRIPTS).rstrip("=")
    return "" if value is None else str(value)
