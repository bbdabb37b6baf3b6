"""HL7 version 2 text: fields encoded with escapes, segments by field number, messages with their header (HL7 v2.5.1 chapter 2)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

FIELD, COMPONENT, REPETITION, ESCAPE, SUBCOMPONENT = "|", "^", "~", "\\", "&"
ESCAPES = {
    ESCAPE: "\\E\\",
    FIELD: "\\F\\",
    COMPONENT: "\\S\\",
    SUBCOMPONENT: "\\T\\",
    REPETITION: "\\R\\",
    "\r": "\\.br\\",
    "\n": "\\.br\\",
}
# A list is repetitions, a tuple is components, a tuple in a tuple is subcomponents.
Leaf: TypeAlias = str | int | datetime | None
Component: TypeAlias = Leaf | tuple[Leaf, ...]
Field: TypeAlias = Leaf | tuple[Component, ...] | list["Leaf | tuple[Component, ...]"]


def escape(text: str) -> str:
    """Text with every character that has a meaning of its own escaped; a line break counts once."""
    return "".join(ESCAPES.get(character, character) for character in text.replace("\r\n", "\n"))


def leaf(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y%m%d%H%M%S%z")
    return escape(str(value))


def join(values: Sequence[object], separator: str, deeper: str) -> str:
    """Parts joined, without empty ones at the end."""
    parts = [join(value, deeper, "") if isinstance(value, tuple) else leaf(value) for value in values]
    while parts and not parts[-1]:
        parts.pop()
    return separator.join(parts)


def encode(value: Field) -> str:
    """One field."""
    if isinstance(value, list):
        return REPETITION.join(encode(repetition) for repetition in value)
    return join(value, COMPONENT, SUBCOMPONENT) if isinstance(value, tuple) else leaf(value)


def segment(name: str, fields: Mapping[int, Field]) -> str:
    """A segment from its fields by number."""
    last = max((number for number, value in fields.items() if value not in (None, "", ())), default=0)
    return FIELD.join([name, *(encode(fields.get(number, "")) for number in range(1, last + 1))])


def header(kind: tuple[str, ...], control_id: str, sent_at: datetime, version: str) -> str:
    """MSH of a message from the HIS to the imaging department. MSH-1 and MSH-2 are the separators themselves."""
    rest = segment(
        "",
        {
            1: "HIS",
            2: "HOSPITAL",
            3: "LIGHTBOX",
            4: "RADIOLOGY",
            5: sent_at,
            7: kind,
            8: control_id,
            9: "P",
            10: version,
            16: "UNICODE UTF-8",
        },
    )
    return f"MSH{FIELD}{COMPONENT}{REPETITION}{ESCAPE}{SUBCOMPONENT}{rest}"


def message(*segments: str) -> bytes:
    """Segments as the bytes of a message."""
    return "".join(f"{one}\r" for one in segments if one).encode()


def fields(text: str, name: str) -> list[str]:
    """The fields of the first segment of that name, by number and still encoded; for MSH, number 1 is the separator. Empty without one."""
    for line in text.replace("\n", "\r").split("\r"):
        if line[:3] == name:
            found = line.split(FIELD)
            return [*found[:1], FIELD, *found[1:]] if name == "MSH" else found
    return []
