"""The DICOM JSON model as the Native DICOM Model in XML, and back (PS3.19 A.1)."""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from django.utils.translation import gettext as _
from pydicom.datadict import keyword_for_tag

from imaging.common.errors import InvalidInput

Json = dict[str, Any]
NAMESPACE = "http://dicom.nema.org/PS3.19/models/NativeDICOM"
HEAD = f'<?xml version="1.0" encoding="UTF-8"?>\n<NativeDicomModel xmlns="{NAMESPACE}" xml:space="preserve">'
TAIL = "</NativeDicomModel>"
GROUPS = ("Alphabetic", "Ideographic", "Phonetic")
COMPONENTS = ("FamilyName", "GivenName", "MiddleName", "NamePrefix", "NameSuffix")
WHOLE_NUMBERS = frozenset({"IS", "SL", "SS", "SV", "UL", "US", "UV"})
REAL_NUMBERS = frozenset({"DS", "FD", "FL"})
# XML 1.0 has no way to write these at all.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
TAG = re.compile(r"[0-9A-Fa-f]{8}")
DEEPEST = 64


def to_xml(dataset: Json) -> bytes:
    """One data set as an XML document."""
    return (HEAD + "".join(_attributes(dataset)) + TAIL).encode()


def _attributes(dataset: Json) -> Iterator[str]:
    for tag in sorted(dataset):
        element = dataset[tag]
        keyword = keyword_for_tag(int(tag, 16))
        named = f" keyword={quoteattr(keyword)}" if keyword else ""
        content = "".join(_content(element))
        yield f'<DicomAttribute tag="{tag}" vr="{element["vr"]}"{named}>{content}</DicomAttribute>'


def _content(element: Json) -> Iterator[str]:
    if "BulkDataURI" in element:
        yield f"<BulkData uri={quoteattr(element['BulkDataURI'])}/>"
    elif "InlineBinary" in element:
        yield f"<InlineBinary>{element['InlineBinary']}</InlineBinary>"
    else:
        for number, value in enumerate(element.get("Value") or (), start=1):
            if value is not None:
                yield _value(element["vr"], number, value)


def _value(vr: str, number: int, value: Any) -> str:
    if vr == "SQ":
        return f'<Item number="{number}">{"".join(_attributes(value))}</Item>'
    if vr == "PN":
        return f'<PersonName number="{number}">{"".join(_name(value))}</PersonName>'
    return f'<Value number="{number}">{_text(value)}</Value>'


def _name(value: Json) -> Iterator[str]:
    for group in GROUPS:
        if value.get(group):
            parts = zip(COMPONENTS, str(value[group]).split("^"), strict=False)
            yield f"<{group}>{''.join(f'<{name}>{_text(part)}</{name}>' for name, part in parts if part)}</{group}>"


def _text(value: Any) -> str:
    return escape(UNWRITABLE.sub("", str(value)))


def from_xml(stream: BinaryIO) -> Json:
    """The data set of an XML document. Raises InvalidInput for what is none; no entity or document type is ever read."""
    reader = _Reader()
    try:
        reader.parser.ParseFile(stream)
    except (expat.ExpatError, ValueError, KeyError, IndexError) as error:
        raise InvalidInput(_("The XML is not a Native DICOM Model.")) from error
    return reader.dataset


class _Reader:
    """Builds the JSON model while the parser goes through the document."""

    def __init__(self) -> None:
        self.dataset: Json = {}
        self._datasets = [self.dataset]
        self._elements: list[Json] = []
        self._text: list[str] = []
        self._name: Json = {}
        self._group: dict[str, str] = {}
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._start, self._end
        self.parser.CharacterDataHandler = self._text.append
        self.parser.StartDoctypeDeclHandler = self._refuse

    def _refuse(self, *_declared: object) -> None:
        raise ValueError("a document type is not taken")

    def _start(self, full: str, given: dict[str, str]) -> None:
        name = full.rpartition(" ")[2]
        self._text.clear()
        if name == "DicomAttribute":
            if TAG.fullmatch(given["tag"]) is None:
                raise ValueError("no tag")
            self._elements.append({"vr": given["vr"]})
            self._datasets[-1][given["tag"].upper()] = self._elements[-1]
        elif name == "Item":
            self._datasets.append({})
            self._values().append(self._datasets[-1])
            if len(self._datasets) > DEEPEST:
                raise ValueError("too deep")
        elif name == "BulkData":
            self._elements[-1]["BulkDataURI"] = given["uri"]
        elif name == "PersonName":
            self._name = {}
            self._values().append(self._name)
        elif name in GROUPS:
            self._group = {}

    def _values(self) -> list[Any]:
        values: list[Any] = self._elements[-1].setdefault("Value", [])
        return values

    def _end(self, full: str) -> None:
        name, text = full.rpartition(" ")[2], "".join(self._text)
        if name == "DicomAttribute":
            self._elements.pop()
        elif name == "Item":
            self._datasets.pop()
        elif name == "Value":
            self._values().append(_typed(self._elements[-1]["vr"], text))
        elif name == "InlineBinary":
            self._elements[-1]["InlineBinary"] = text.strip()
        elif name in COMPONENTS:
            self._group[name] = text
        elif name in GROUPS:
            self._name[name] = "^".join(self._group.get(part, "") for part in COMPONENTS).rstrip("^")
        self._text.clear()


def _typed(vr: str, text: str) -> int | float | str:
    if vr in WHOLE_NUMBERS:
        return int(text)
    return float(text) if vr in REAL_NUMBERS else text
