"""Exactly what a scanner would get for an exam: each value, its bytes, and how it reads back."""

from collections.abc import Iterator
from dataclasses import dataclass

from imaging.archive.intake.values import Json, text_of
from imaging.dimse.contexts import EXPLICIT_LITTLE
from imaging.dimse.identifiers import charset_used, element_bytes, identifier_read, identifier_write
from imaging.dimse.models import WorklistQuery
from imaging.dimse.profile import shaped
from imaging.dimse.query import keyword_of, project
from imaging.dimse.worklist_item import item_of
from imaging.scheduling.models import Station
from imaging.scheduling.worklist_parts import WorklistStep

SHOWN_BYTES = 128
WIDEST = 65536


@dataclass(frozen=True)
class Line:
    """One element of the answer. `depth` says how many sequences it is in."""

    depth: int
    tag: str
    keyword: str
    vr: str
    value: str
    octets: str
    reads: str

    @property
    def differs(self) -> bool:
        return self.value != self.reads


@dataclass(frozen=True)
class Preview:
    step: WorklistStep
    charset: str
    is_other_charset: bool
    """The profile's character set lacks a character: UTF-8 is sent, which the scanner may not read."""
    octets: int
    is_as_asked: bool
    """With the keys that the scanner asked for last; otherwise with all of them."""
    lines: tuple[Line, ...]


def preview(step: WorklistStep, station: Station) -> Preview:
    """The answer for `step`, with the keys that `station` asked for last, or all of them when it never asked."""
    asked = WorklistQuery.objects.filter(ae_title=station.ae_title).order_by("-last_asked_at").first()
    item = item_of(step, station.ae_title)
    answer = shaped(project(asked.query, item) if asked else item, station)
    charset = charset_used(answer, station.character_set)
    data = identifier_write(answer, EXPLICIT_LITTLE, station.character_set)
    lines = tuple(_lines(answer, identifier_read(data, EXPLICIT_LITTLE), charset, 0))
    return Preview(step, charset, charset != station.character_set, len(data), asked is not None, lines)


def _lines(sent: Json, back: Json, charset: str, depth: int) -> Iterator[Line]:
    for tag in sorted(sent):
        element, read = sent[tag], back.get(tag, {"vr": sent[tag]["vr"]})
        name = (f"({tag[:4]},{tag[4:]})", keyword_of(tag), element["vr"])
        if element["vr"] == "SQ":
            yield Line(depth, *name, "", "", "")
            items = zip(element.get("Value", []), read.get("Value", []), strict=False)
            for one, other in items:
                yield from _lines(one, other, charset, depth + 1)
        else:
            raw = element_bytes(element, charset)
            octets = raw[:SHOWN_BYTES].hex(" ") + (" …" if len(raw) > SHOWN_BYTES else "")
            yield Line(depth, *name, text_of(sent, tag, WIDEST), octets, text_of(back, tag, WIDEST))
