"""Reading HL7 v2 text: segments, fields, repetitions, components and subcomponents, found when asked for.

Nothing is split before it is asked for and every split is bounded, so a hostile message of 16 MB costs little more than its text
(python-hl7 builds the whole tree: 3 s and 200 MB for one megabyte of "^").
"""

import datetime as dt
import re
from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone

MAX_SEGMENTS = 5_000
MAX_FIELDS = 400
MAX_PARTS = 200
DELETE = '""'
HEADERS = frozenset({"MSH", "FHS", "BHS"})
TIMESTAMP = re.compile(r"^(\d{4})(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\.\d+)?([+-]\d{4})?$")
ESCAPES = {"H": "", "N": "", ".br": "\n", ".sp": "\n", ".ce": "\n", ".fi": "", ".nf": ""}


class NotHL7(ValueError):
    """The bytes do not begin with a usable MSH segment."""


@dataclass(frozen=True)
class Delimiters:
    """The five characters that MSH-1 and MSH-2 declare."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"

    @classmethod
    def of(cls, text: str) -> "Delimiters":
        """Read them from the beginning of `text`; what MSH-2 leaves out is as usual. Raises NotHL7."""
        if text[:3] not in HEADERS or len(text) < 5 or text[3].isalnum() or text[3].isspace():
            raise NotHL7("The message does not begin with MSH and a field separator.")
        given = text[4:9].partition(text[3])[0].partition("\r")[0]
        if len(set(given)) != len(given):
            raise NotHL7("MSH-2 names the same delimiter twice.")
        return cls(text[3], *given[:4])

    @property
    def msh_2(self) -> str:
        return f"{self.component}{self.repetition}{self.escape}{self.subcomponent}"


class Segment:
    """One segment; `number` is its place among those of the same name, from 1 (for ERR-2.2)."""

    def __init__(self, line: str, delimiters: Delimiters, codec: str, number: int = 1) -> None:
        self.line, self.delimiters, self.codec, self.number = line, delimiters, codec, number
        self.name = line[:3]

    @cached_property
    def fields(self) -> list[str]:
        """The raw fields; index 1 is field 1, also in MSH, whose field 1 is the separator itself."""
        parts = self.line.split(self.delimiters.field, MAX_FIELDS)
        return [parts[0], self.delimiters.field, *parts[1:]] if self.name in HEADERS else parts

    def raw(self, field: int) -> str:
        """Field `field` as it came, without unescaping; empty when it is not there."""
        return self.fields[field] if field < len(self.fields) else ""

    def repetitions(self, field: int) -> list[str]:
        """The raw repetitions of `field`, without empty ones."""
        return [part for part in self.raw(field).split(self.delimiters.repetition, MAX_PARTS) if part]

    def get(self, field: int, component: int = 1, subcomponent: int = 1, *, repetition: int = 1) -> str:
        """The unescaped value; empty when absent. `""` (delete) comes back as empty too: ask `sent` where the difference matters."""
        value = self.sent(field, component, subcomponent, repetition=repetition)
        return value or ""

    def sent(self, field: int, component: int = 1, subcomponent: int = 1, *, repetition: int = 1) -> str | None:
        """The unescaped value; None when absent (keep what is there), empty when the sender says `""` (delete it)."""
        parts = self.raw(field).split(self.delimiters.repetition, MAX_PARTS)
        raw = parts[repetition - 1] if repetition <= len(parts) else ""
        if raw == DELETE:
            return ""
        return self.part(raw, component, subcomponent)

    def part(self, raw: str, component: int, subcomponent: int = 1) -> str | None:
        """A component of the raw repetition `raw`, unescaped; None when absent, empty when the sender deletes it."""
        value = _nth(_nth(raw, self.delimiters.component, component), self.delimiters.subcomponent, subcomponent)
        if value == DELETE:
            return ""
        return self.unescape(value).strip() or None

    def whole(self, field: int) -> str:
        """All of `field` as one text, for free text in which delimiters may stand unescaped."""
        return self.unescape(self.raw(field)).strip()

    def unescape(self, value: str) -> str:
        return unescape(value, self.delimiters, self.codec) if self.delimiters.escape in value else value


@dataclass
class Text:
    """A parsed message."""

    segments: list[Segment]
    delimiters: Delimiters
    codec: str = "utf-8"

    @property
    def msh(self) -> Segment:
        return self.segments[0]

    def first(self, name: str) -> Segment | None:
        return next((segment for segment in self.segments if segment.name == name), None)

    def all(self, name: str) -> list[Segment]:
        return [segment for segment in self.segments if segment.name == name]

    def get(self, name: str, field: int, component: int = 1, subcomponent: int = 1) -> str:
        """The value in the first segment of that name; empty when there is none."""
        segment = self.first(name)
        return segment.get(field, component, subcomponent) if segment else ""

    def groups(self, leader: str) -> list[list[Segment]]:
        """The segments that follow each `leader`, it included, up to the next one: order groups."""
        found: list[list[Segment]] = []
        for segment in self.segments:
            if segment.name == leader:
                found.append([segment])
            elif found:
                found[-1].append(segment)
        return found


def parse(text: str, codec: str = "utf-8") -> Text:
    """Take `text` apart into segments. CR ends a segment; CR LF, and LF before something that looks like a segment, do too.

    Raises NotHL7 when it has no usable MSH, or more than MAX_SEGMENTS segments.
    """
    body = text.lstrip("\ufeff\r\n \t")
    delimiters = Delimiters.of(body)
    body = re.sub(rf"\r\n|\n(?=[A-Z][A-Z0-9]{{2}}{re.escape(delimiters.field)})", "\r", body)
    if body.count("\r") > MAX_SEGMENTS:
        raise NotHL7(f"The message has more than {MAX_SEGMENTS} segments.")
    counts: dict[str, int] = {}
    segments = []
    for line in (part.strip("\n") for part in body.split("\r")):
        if line.strip():
            counts[line[:3]] = counts.get(line[:3], 0) + 1
            segments.append(Segment(line, delimiters, codec, counts[line[:3]]))
    return Text(segments, delimiters, codec)


def _nth(text: str, separator: str, number: int) -> str:
    parts = text.split(separator, number)
    return parts[number - 1] if number <= len(parts) else ""


def unescape(value: str, delimiters: Delimiters, codec: str = "utf-8") -> str:
    """Replace escape sequences (HL7 v2.5.1 2.7). Hexadecimal data is read in the message's character set; what is unknown stays as sent."""
    mark = re.escape(delimiters.escape)
    value = re.sub(rf"(?:{mark}X(?:[0-9A-Fa-f]{{2}})+{mark})+", lambda found: _hexadecimal(found.group(), delimiters, codec), value)
    own = {
        "F": delimiters.field,
        "S": delimiters.component,
        "T": delimiters.subcomponent,
        "R": delimiters.repetition,
        "E": delimiters.escape,
    }
    return re.sub(rf"{mark}([^{mark}]{{1,12}}){mark}", lambda found: _replaced(found, own), value)


def _hexadecimal(sequences: str, delimiters: Delimiters, codec: str) -> str:
    digits = sequences.replace(f"{delimiters.escape}X", "").replace(delimiters.escape, "")
    decoded = bytes.fromhex(digits).decode(codec, errors="replace")
    return decoded.replace(delimiters.escape, f"{delimiters.escape}E{delimiters.escape}")


def _replaced(found: re.Match[str], own: dict[str, str]) -> str:
    code = found.group(1)
    if code in own:
        return own[code]
    return ESCAPES.get(code, ESCAPES.get(code[:3], found.group()) if code[0] == "." else "" if code[0] in "CMZ" else found.group())


def escape(value: str, delimiters: Delimiters | None = None) -> str:
    """`value` made safe to stand in a field; line breaks become \\.br\\."""
    chosen = delimiters or Delimiters()
    codes = {chosen.escape: "E", chosen.field: "F", chosen.component: "S", chosen.subcomponent: "T", chosen.repetition: "R"}
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    marked = "".join(f"{chosen.escape}{codes[char]}{chosen.escape}" if char in codes else char for char in text)
    return "".join(char for char in marked.replace("\n", f"{chosen.escape}.br{chosen.escape}") if char >= " ")


def timestamp_parse(value: str) -> dt.datetime | None:
    """An HL7 TS or DTM as an aware datetime, in the hospital's zone where it names none; None when empty or not a time."""
    found = TIMESTAMP.match(value.strip())
    if found is None:
        return None
    year, month, day, hour, minute, second = (
        int(part) if part else low for part, low in zip(found.groups(), (0, 1, 1, 0, 0, 0), strict=False)
    )
    try:
        moment = dt.datetime(year, month, day, hour, minute, min(second, 59), tzinfo=_zone(found.group(8)))
    except ValueError:
        return None
    return moment


def _zone(offset: str | None) -> dt.tzinfo:
    if not offset:
        return timezone.get_default_timezone()
    minutes = int(offset[1:3]) * 60 + int(offset[3:5])
    return dt.timezone(dt.timedelta(minutes=-minutes if offset[0] == "-" else minutes))


def date_parse(value: str) -> dt.date | None:
    """The date of a DT, TS or DTM, as written, whatever its zone; None when it has no full date."""
    digits = value.strip()[:8]
    moment = timestamp_parse(digits) if len(digits) == 8 else None
    return moment.date() if moment else None


def timestamp(moment: dt.datetime | None) -> str:
    """A moment as the sender of our messages writes it: seconds, with the zone."""
    return timezone.localtime(moment).strftime("%Y%m%d%H%M%S%z") if moment else ""
