"""Reading a structure set of radiotherapy (PS3.3 C.8.8.5 and C.8.8.6): contours in the patient, by structure."""

from django.utils.translation import gettext as _
from pydicom.dataset import Dataset

from imaging.archive.intake.values import Json
from imaging.common.errors import InvalidInput
from imaging.viewer.objects.head import items, numbers, text, triples

DRAWN = {"CLOSED_PLANAR", "OPEN_PLANAR", "POINT", "CLOSEDPLANAR_XOR"}
MOST_POINTS = 2_000_000


def structures_of(ds: Dataset) -> Json:
    """The structures with their contours. Raises InvalidInput for a set without any, or with more points than can be drawn."""
    contours = {int(item.ReferencedROINumber): item for item in items(ds, "ROIContourSequence")}
    types = {int(item.ReferencedROINumber): text(item, "RTROIInterpretedType") for item in items(ds, "RTROIObservationsSequence")}
    structures, left = [], MOST_POINTS
    for item in items(ds, "StructureSetROISequence"):
        # Each number once: what is drawn of it would be there again for every structure that takes it.
        structures.append(_structure(item, contours.pop(int(item.ROINumber), None), types))
        left -= sum(len(contour["places"]) for contour in structures[-1]["contours"])
        if left < 0:
            raise InvalidInput(_("This structure set has too many points to be drawn."))
    if not structures:
        raise InvalidInput(_("This structure set has no structure."))
    return {"structures": structures}


def _structure(item: Dataset, drawn: Dataset | None, types: dict[int, str]) -> Json:
    number = int(item.ROINumber)
    colour = numbers(drawn, "ROIDisplayColor") if drawn is not None else []
    return {
        "number": number,
        "label": text(item, "ROIName") or str(number),
        "type": types.get(number, ""),
        "frameOfReference": text(item, "ReferencedFrameOfReferenceUID"),
        "colour": "#" + "".join(f"{min(255, max(0, int(part))):02x}" for part in colour) if len(colour) == 3 else "",
        "contours": [_contour(one) for one in items(drawn, "ContourSequence")] if drawn is not None else [],
    }


def _contour(item: Dataset) -> Json:
    kind = text(item, "ContourGeometricType")
    places = [[round(part, 3) for part in place] for place in triples(numbers(item, "ContourData"))] if kind in DRAWN else []
    return {"type": kind, "places": places}
