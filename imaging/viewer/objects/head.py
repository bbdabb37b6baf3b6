"""Small readings that all objects share: who wrote it, with what, when; and the pictures that an item names."""

from collections.abc import Iterator
from typing import Any

from pydicom.dataset import Dataset

from imaging.archive.intake.values import Json
from imaging.common.dicom import date_parse, name_parse, time_parse
from imaging.common.formats import clinical_date

LONGEST_TEXT = 2000


def head_of(ds: Dataset) -> Json:
    """Title, author, device and time of an object."""
    return {"title": _title(ds), "who": _who(ds), "device": _device(ds), "when": _when(ds)}


def _title(ds: Dataset) -> str:
    named = [text(ds, word) for word in ("ContentDescription", "StructureSetLabel", "SeriesDescription", "ContentLabel")]
    return meaning(ds, "ConceptNameCodeSequence") or next(filter(None, named), "")


def _who(ds: Dataset) -> str:
    if written := text(ds, "ContentCreatorName") or text(ds, "OperatorsName"):
        return person(written)
    return next((person(text(item, "PersonName")) for item in items(ds, "ContentSequence") if item.get("ValueType") == "PNAME"), "")


def _device(ds: Dataset) -> str:
    return " ".join(filter(None, (text(ds, "Manufacturer"), text(ds, "ManufacturerModelName"), text(ds, "StationName"))))


def _when(ds: Dataset) -> str:
    pairs = (
        ("PresentationCreationDate", "PresentationCreationTime"), ("ContentDate", "ContentTime"), ("StructureSetDate", "StructureSetTime"),
        ("AcquisitionDateTime", ""), ("SeriesDate", "SeriesTime"),
    )  # fmt: skip
    day, clock = next(((text(ds, day), text(ds, clock) if clock else text(ds, day)[8:]) for day, clock in pairs if text(ds, day)), ("", ""))
    date, time = date_parse(day), time_parse(clock)
    return " ".join(filter(None, (clinical_date(date) if date else "", time.strftime("%H:%M") if time else "")))


def person(value: str) -> str:
    """A PN value as it is read."""
    name = name_parse(value)
    latin = ", ".join(part for part in name.alphabetic.split("^")[:2] if part)
    return " ".join(filter(None, (latin, name.ideographic.replace("^", ""))))


def text(ds: Dataset, keyword: str) -> str:
    value = ds.get(keyword)
    return "" if value is None else str(value).strip()[:LONGEST_TEXT]


def items(ds: Dataset, keyword: str) -> list[Dataset]:
    return [item for item in ds.get(keyword) or [] if isinstance(item, Dataset)]


def meaning(ds: Dataset, keyword: str) -> str:
    """The words of a code."""
    return next((text(item, "CodeMeaning") or text(item, "CodeValue") for item in items(ds, keyword)), "")


def code_of(ds: Dataset, keyword: str = "ConceptNameCodeSequence") -> str:
    return next((text(item, "CodeValue") for item in items(ds, keyword)), "")


def numbers(ds: Dataset, keyword: str, most: int | None = None) -> list[float]:
    """The values of an attribute, the first `most` of them."""
    value = ds.get(keyword)
    if value is None or value == "":
        return []
    return [float(part) for part in (value[:most] if isinstance(value, list | tuple) or hasattr(value, "append") else [value])]


def pictures_in(item: Dataset, keyword: str) -> Iterator[tuple[str, int | None]]:
    """SOP Instance UID and frame of each picture that `item` names; no frame is all of them."""
    for named in items(item, keyword):
        frames: Any = named.get("ReferencedFrameNumber")
        for frame in numbers(named, "ReferencedFrameNumber") if frames not in (None, "") else [None]:
            yield text(named, "ReferencedSOPInstanceUID"), int(frame) if frame is not None else None


def pairs(values: list[float]) -> list[list[float]]:
    return [values[at : at + 2] for at in range(0, len(values) - 1, 2)]


def triples(values: list[float]) -> list[list[float]]:
    return [values[at : at + 3] for at in range(0, len(values) - 2, 3)]


def rgb(lab: list[float]) -> str:
    """A recommended display colour (PS3.3 C.10.7.1.1: CIELab under D50, as 16-bit numbers) as a colour of a page."""
    if len(lab) != 3:
        return ""
    lightness, a, b = lab[0] * 100 / 65535, lab[1] * 255 / 65535 - 128, lab[2] * 255 / 65535 - 128
    y = (lightness + 16) / 116
    xyz = [_linear(part) * white for part, white in zip((y + a / 500, y, y - b / 200), (0.9642, 1.0, 0.8249), strict=True)]
    return "#" + "".join(f"{_shown(sum(row[axis] * xyz[axis] for axis in range(3))):02x}" for row in _TO_SRGB)


# From XYZ under D50 to linear sRGB.
_TO_SRGB = ((3.1339, -1.6169, -0.4906), (-0.9788, 1.9161, 0.0335), (0.0719, -0.2290, 1.4052))


def _linear(part: float) -> float:
    return part**3 if part > 6 / 29 else 3 * (6 / 29) ** 2 * (part - 4 / 29)


def _shown(value: float) -> int:
    light = min(1.0, max(0.0, value))
    return round(255 * (12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055))
