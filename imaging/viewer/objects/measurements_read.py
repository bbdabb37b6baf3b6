"""Reading measurements out of a structured report (PS3.16 TID 1500, and whatever else has numbers with places on pictures)."""

from collections.abc import Iterable, Iterator
from itertools import islice

from pydicom.dataset import Dataset

from imaging.archive.intake.values import Json
from imaging.viewer.objects.head import code_of, items, meaning, numbers, pairs, person, pictures_in, text, triples
from imaging.viewer.spacing import NOTES

MEASUREMENT_GROUP, TRACKING, FINDING, OBSERVER, DERIVATION, COMMENT = "125007", "112039", "121071", "121008", "121401", "121106"
DEEPEST, MOST_GROUPS, MOST_SHAPES, LONGEST_NOTE = 30, 2000, 500, 120
# Of all groups together: one line may be said of thousands of pictures, and is drawn on each.
MOST_POINTS = 500_000
COORDINATES = {"SCOORD", "SCOORD3D"}


def groups_of(ds: Dataset) -> Json:
    """The measurement groups, and each number with places that stands in none. A report without any is a document only."""
    found: list[Json] = []
    left = MOST_POINTS
    for item in _groups(ds, 0):
        group = _group(item)
        left -= sum(len(shape.get("points", shape.get("places", []))) for shape in group["shapes"])
        if len(found) == MOST_GROUPS or left < 0:
            break
        if group["shapes"]:
            found.append(group)
    return {"groups": found}


def _groups(ds: Dataset, depth: int) -> Iterator[Dataset]:
    for item in items(ds, "ContentSequence") if depth < DEEPEST else []:
        if code_of(item) == MEASUREMENT_GROUP or item.get("ValueType") == "NUM" or item.get("ValueType") in COORDINATES:
            yield item
        else:
            yield from _groups(item, depth + 1)


def _group(item: Dataset) -> Json:
    below = [item, *_below(item, 0)]
    named = {code_of(one): one for one in reversed(below)}
    label = text(named[TRACKING], "TextValue") if TRACKING in named else meaning(item, "ConceptNameCodeSequence")
    finding = meaning(named[FINDING], "ConceptCodeSequence") if FINDING in named else ""
    who = person(text(named[OBSERVER], "PersonName")) if OBSERVER in named else ""
    values = [value for one in below if one.get("ValueType") == "NUM" if (value := _value(one))]
    shapes = (shape for one in below if one.get("ValueType") in COORDINATES for shape in _shapes(one))
    return {"label": label, "finding": finding, "who": who, "values": values, "shapes": _once(islice(shapes, MOST_SHAPES))}


def _below(item: Dataset, depth: int) -> Iterator[Dataset]:
    for one in items(item, "ContentSequence") if depth < DEEPEST else []:
        yield one
        yield from _below(one, depth + 1)


def _value(item: Dataset) -> Json | None:
    for value in items(item, "MeasuredValueSequence"):
        unit = next((text(one, "CodeMeaning") or text(one, "CodeValue") for one in items(value, "MeasurementUnitsCodeSequence")), "")
        code = code_of(value, "MeasurementUnitsCodeSequence")
        number = numbers(value, "NumericValue")[:1]
        if number:
            return {"name": _name(item), "number": number[0], "unit": unit, "code": code, "note": _note(item)}
    return None


def _note(item: Dataset) -> str:
    """What is said of the number: `detector` or `perhaps` where we wrote it, else the words themselves."""
    said = next((text(one, "TextValue") for one in items(item, "ContentSequence") if code_of(one) == COMMENT), "")
    return NOTES.get(said, said[:LONGEST_NOTE])


def _name(item: Dataset) -> str:
    """What was measured, and how the number was derived from it: "SUVbw Maximum" (PS3.16 TID 300)."""
    derived = [meaning(one, "ConceptCodeSequence") for one in items(item, "ContentSequence") if code_of(one) == DERIVATION]
    return " ".join(filter(None, (meaning(item, "ConceptNameCodeSequence"), *derived)))


def _shapes(item: Dataset) -> Iterator[Json]:
    kind, data = text(item, "GraphicType"), numbers(item, "GraphicData")
    if item.get("ValueType") == "SCOORD3D":
        yield {"type": kind, "places": triples(data), "frameOfReference": text(item, "ReferencedFrameOfReferenceUID")}
        return
    points = pairs(data)
    for image in items(item, "ContentSequence"):
        for uid, frame in pictures_in(image, "ReferencedSOPSequence") if image.get("ValueType") == "IMAGE" else []:
            yield {"type": kind, "points": points, "instance": uid, "frame": frame}


def _once(shapes: Iterable[Json]) -> list[Json]:
    """Several numbers are often read from the same line."""
    return list({repr(shape): shape for shape in shapes}.values())
