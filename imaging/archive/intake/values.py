"""One element's bytes as a value of the DICOM JSON model (PS3.18 Annex F). What cannot be read is left out; nothing here raises."""

import base64
import contextlib
import math
import struct
from collections.abc import Callable
from typing import Any

from imaging.common.charsets import decode_text

BINARY = {"OB": 1, "OD": 8, "OF": 4, "OL": 4, "OV": 8, "OW": 2, "UN": 1}
IN_CHARSET = frozenset({"LO", "LT", "PN", "SH", "ST", "UC", "UT"})
SINGLE_TEXT = frozenset({"LT", "ST", "UT", "UR"})
NUMBERS = {"US": "H", "SS": "h", "UL": "I", "SL": "i", "UV": "Q", "SV": "q", "FL": "f", "FD": "d"}
WIDTHS = {**BINARY, **{vr: struct.calcsize(code) for vr, code in NUMBERS.items()}, "AT": 2}
NAME_GROUPS = ("Alphabetic", "Ideographic", "Phonetic")

Json = dict[str, Any]


def element_json(vr: str, raw: bytes, terms: tuple[str, ...], *, little: bool = True) -> Json:
    """The JSON element of `vr` with the value `raw`; without a value when it is empty or unreadable."""
    if not raw:
        return {"vr": vr}
    if vr in BINARY:
        return {"vr": vr, "InlineBinary": base64.b64encode(raw if little else little_endian(vr, raw)).decode()}
    values = _values(vr, raw, terms, little)
    return {"vr": vr, "Value": values} if any(value is not None for value in values) else {"vr": vr}


def little_endian(vr: str, raw: bytes) -> bytes:
    """Big-endian bytes of `vr` in the other order; text and what does not divide evenly stay as they are."""
    width = WIDTHS.get(vr, 1)
    if width == 1 or len(raw) % width:
        return raw
    turned = bytearray(len(raw))
    for place in range(width):
        turned[place::width] = raw[width - 1 - place :: width]
    return bytes(turned)


def _values(vr: str, raw: bytes, terms: tuple[str, ...], little: bool) -> list[Any]:
    if vr in NUMBERS:
        return _numbers(NUMBERS[vr], raw, little)
    if vr == "AT":
        pairs = _numbers("H", raw[: len(raw) // 4 * 4], little)
        return [f"{group:04X}{element:04X}" for group, element in zip(pairs[::2], pairs[1::2], strict=True)]
    text = decode_text(raw, terms if vr in IN_CHARSET else ("ISO_IR 6",))
    if vr in SINGLE_TEXT:
        return [text.rstrip(" ") or None]
    return [_CONVERT.get(vr, _text)(part) for part in text.split("\\")]


def _numbers(code: str, raw: bytes, little: bool) -> list[Any]:
    width = struct.calcsize(code)
    count = len(raw) // width
    found = struct.unpack(f"{'<' if little else '>'}{count}{code}", raw[: count * width])
    return [value if math.isfinite(value) else None for value in found] if code in "fd" else list(found)


def _text(part: str) -> str | None:
    return part.strip(" ") or None


def _name(part: str) -> Json | None:
    groups = {key: group.strip(" ") for key, group in zip(NAME_GROUPS, part.split("="), strict=False)}
    return {key: group for key, group in groups.items() if group} or None


def _integer(part: str) -> int | str | None:
    text = part.strip(" ")
    with contextlib.suppress(ValueError):
        return int(text)
    return text or None


def _decimal(part: str) -> float | str | None:
    text = part.strip(" ")
    with contextlib.suppress(ValueError):
        number = float(text)
        return number if math.isfinite(number) else None
    return text or None


_CONVERT: dict[str, Callable[[str], Any]] = {"PN": _name, "IS": _integer, "DS": _decimal}


def first(element: Json | None) -> Any:
    """The first value of a JSON element; None when there is none."""
    values = (element or {}).get("Value") or [None]
    return values[0]


def text_of(attributes: Json, tag: str, limit: int = 1024) -> str:
    """The value at `tag` as one line of text of at most `limit` characters; names keep their groups."""
    values = (attributes.get(tag) or {}).get("Value") or []
    return "\\".join(_plain(value) for value in values)[:limit]


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return "=".join(value.get(group, "") for group in NAME_GROUPS).rstrip("=")
    return "" if value is None else str(value)


def number_of(attributes: Json, tag: str) -> int | None:
    """The first value at `tag` as a whole number that a database column holds; None when it is none."""
    try:
        number = int(float(first(attributes.get(tag))))
    except (TypeError, ValueError, OverflowError):
        return None
    return number if -(2**31) <= number < 2**31 else None
