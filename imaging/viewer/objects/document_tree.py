"""A structured report of any template as a readable text (PS3.3 C.17.3): headings, names and values, in the order of its tree."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from pydicom.dataset import Dataset

from imaging.common.dicom import date_parse, time_parse
from imaging.common.formats import clinical_date
from imaging.viewer.objects.head import items, meaning, numbers, person, pictures_in, text

DEEPEST, MOST_ITEMS = 20, 20_000


@dataclass
class Node:
    """One item: its name, what it says, how it belongs to the one above when that is worth a word, and what is below."""

    name: str
    value: str
    kind: str
    below: list["Node"] = field(default_factory=list)

    @property
    def is_section(self) -> bool:
        return self.kind == "CONTAINER"


class _Budget:
    """How many items may still be read: a hostile tree costs no more than a long report."""

    def __init__(self) -> None:
        self.left = MOST_ITEMS

    def spend(self) -> bool:
        self.left -= 1
        return self.left >= 0


def tree_of(ds: Dataset) -> tuple[list[Node], bool]:
    """The items of the document, and whether some were left out because there are too many or they lie too deep."""
    budget = _Budget()
    nodes = list(_nodes(ds, 0, budget))
    return nodes, budget.left < 0


def _nodes(ds: Dataset, depth: int, budget: _Budget) -> Iterator[Node]:
    for item in items(ds, "ContentSequence"):
        if depth >= DEEPEST or not budget.spend():
            budget.left = -1
            return
        kind = text(item, "ValueType")
        yield Node(meaning(item, "ConceptNameCodeSequence"), _value(item, kind), kind, list(_nodes(item, depth + 1, budget)))


def _value(item: Dataset, kind: str) -> str:
    if "ReferencedContentItemIdentifier" in item:
        return _("see item %(place)s") % {"place": ".".join(str(int(part)) for part in numbers(item, "ReferencedContentItemIdentifier"))}
    return READ[kind](item) if kind in READ else ""


def _number(item: Dataset) -> str:
    for value in items(item, "MeasuredValueSequence"):
        unit = next((_unit(one) for one in items(value, "MeasurementUnitsCodeSequence")), "")
        return f"{text(value, 'NumericValue')} {unit}".strip()
    return meaning(item, "NumericValueQualifierCodeSequence") or pgettext("a number that is missing", "no value")


def _unit(item: Dataset) -> str:
    code, words = text(item, "CodeValue"), text(item, "CodeMeaning")
    return "" if code in {"1", "{no units}"} else (code if len(code) <= 6 and not code.startswith(("{", "[")) else words or code)


def _picture(item: Dataset) -> str:
    frames = [str(frame) for _uid, frame in pictures_in(item, "ReferencedSOPSequence") if frame is not None]
    named, word = pgettext("in a report", "Image"), pgettext("of an image with several", "frame")
    return f"{named}, {word} {', '.join(frames)}" if frames else named


def _place(item: Dataset) -> str:
    return text(item, "GraphicType").lower()


def _day(item: Dataset) -> str:
    day = date_parse(text(item, "Date"))
    return clinical_date(day) if day else text(item, "Date")


def _moment(item: Dataset) -> str:
    written = text(item, "DateTime")
    day, clock = date_parse(written), time_parse(written[8:14])
    return f"{clinical_date(day)} {clock:%H:%M}".strip() if day and clock else written


def _clock(item: Dataset) -> str:
    clock = time_parse(text(item, "Time"))
    return f"{clock:%H:%M}" if clock else text(item, "Time")


READ: dict[str, Callable[[Dataset], str]] = {
    "TEXT": lambda item: text(item, "TextValue"),
    "CODE": lambda item: meaning(item, "ConceptCodeSequence"),
    "NUM": _number,
    "PNAME": lambda item: person(text(item, "PersonName")),
    "DATE": _day,
    "TIME": _clock,
    "DATETIME": _moment,
    "UIDREF": lambda item: text(item, "UID"),
    "IMAGE": _picture,
    "COMPOSITE": lambda _item: pgettext("in a report", "Object"),
    "WAVEFORM": lambda _item: pgettext("in a report", "Curve"),
    "SCOORD": _place,
    "SCOORD3D": _place,
    "TCOORD": lambda item: text(item, "TemporalRangeType").lower(),
}


def verified_by(ds: Dataset) -> str:
    """Who stands behind the document (PS3.3 C.17.2); nothing while nobody does."""
    if text(ds, "VerificationFlag") != "VERIFIED":
        return ""
    return ", ".join(person(text(item, "VerifyingObserverName")) for item in items(ds, "VerifyingObserverSequence"))
