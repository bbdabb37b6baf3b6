"""Reading a softcopy presentation state (PS3.3 C.10 and C.11): what each of its pictures is to look like."""

from typing import Any

from django.utils.translation import gettext as _
from pydicom.dataset import Dataset

from imaging.archive.intake.values import Json
from imaging.common.errors import InvalidInput
from imaging.viewer.objects.head import items, numbers, pairs, pictures_in, rgb, text

MOST_POINTS = 20_000
Named = list[tuple[str, int | None]]


def presentation_of(ds: Dataset) -> Json:
    """The pictures with their windows, areas and drawings, and what holds for all of them. Raises InvalidInput for one that names none."""
    named = [one for series in items(ds, "ReferencedSeriesSequence") for one in pictures_in(series, "ReferencedImageSequence")]
    if not named:
        raise InvalidInput(_("This presentation state names no picture."))
    return {
        "pictures": [{"instance": uid, "frame": frame} for uid, frame in named],
        "rotation": int(ds.get("ImageRotation") or 0) % 360,
        "flipped": ds.get("ImageHorizontalFlip") == "Y",
        "inverse": text(ds, "PresentationLUTShape") == "INVERSE",
        "shape": text(ds, "PresentationLUTShape"),
        "rescale": [*numbers(ds, "RescaleSlope"), *numbers(ds, "RescaleIntercept")],
        "windows": [_window(item) for item in items(ds, "SoftcopyVOILUTSequence")],
        "areas": [_area(item) for item in items(ds, "DisplayedAreaSelectionSequence")],
        "drawings": [_drawing(item, _colours(ds)) for item in items(ds, "GraphicAnnotationSequence")],
        "shutters": _shutters(ds),
        "leftOut": _left_out(ds),
    }


def _for(item: Dataset) -> list[Json]:
    """The pictures that an item is for; none are all."""
    return [{"instance": uid, "frame": frame} for uid, frame in pictures_in(item, "ReferencedImageSequence")]


def _window(item: Dataset) -> Json:
    centre, width = numbers(item, "WindowCenter")[:1], numbers(item, "WindowWidth")[:1]
    table = items(item, "VOILUTSequence")[:1]
    return {
        "for": _for(item), "centre": centre[0] if centre else None, "width": width[0] if width else None,
        "function": text(item, "VOILUTFunction") or "LINEAR", "table": bool(table),
    }  # fmt: skip


def _area(item: Dataset) -> Json:
    top, bottom = numbers(item, "DisplayedAreaTopLeftHandCorner"), numbers(item, "DisplayedAreaBottomRightHandCorner")
    size = {"mode": text(item, "PresentationSizeMode"), "magnification": numbers(item, "PresentationPixelMagnificationRatio")}
    return {"for": _for(item), "topLeft": top, "bottomRight": bottom, **size}


def _colours(ds: Dataset) -> dict[str, str]:
    return {text(layer, "GraphicLayer"): _colour(layer) for layer in items(ds, "GraphicLayerSequence")}


def _colour(layer: Dataset) -> str:
    grey = numbers(layer, "GraphicLayerRecommendedDisplayGrayscaleValue")[:1]
    shade = f"#{f'{min(255, round(grey[0] / 257)):02x}' * 3}" if grey else ""
    return rgb(numbers(layer, "GraphicLayerRecommendedDisplayCIELabValue")) or shade


def _drawing(item: Dataset, colours: dict[str, str]) -> Json:
    return {
        "for": _for(item),
        "colour": colours.get(text(item, "GraphicLayer"), ""),
        "graphics": [_graphic(one) for one in items(item, "GraphicObjectSequence")],
        "texts": [_text(one) for one in items(item, "TextObjectSequence")],
    }


def _graphic(item: Dataset) -> Json:
    points = pairs(numbers(item, "GraphicData")[: 2 * MOST_POINTS])
    kind, filled = text(item, "GraphicType"), item.get("GraphicFilled") == "Y"
    return {"type": kind, "points": points, "units": text(item, "GraphicAnnotationUnits") or "PIXEL", "filled": filled}


def _text(item: Dataset) -> Json:
    corner, anchor = numbers(item, "BoundingBoxTopLeftHandCorner"), numbers(item, "AnchorPoint")
    units = text(item, "BoundingBoxAnnotationUnits" if corner else "AnchorPointAnnotationUnits") or "PIXEL"
    line = item.get("AnchorPointVisibility") == "Y" and bool(anchor) and bool(corner)
    return {
        "text": text(item, "UnformattedTextValue"), "at": corner or anchor, "units": units, "to": anchor if line else [],
        "toUnits": text(item, "AnchorPointAnnotationUnits") or "PIXEL",
    }  # fmt: skip


def _shutters(ds: Dataset) -> Json:
    """Display shutters (C.7.6.11): what is outside is not shown."""
    shapes: Any = ds.get("ShutterShape") or []
    named = [shapes] if isinstance(shapes, str) else list(shapes)
    found: Json = {"value": numbers(ds, "ShutterPresentationValue")[:1]}
    if "RECTANGULAR" in named:
        sides = ("ShutterLeftVerticalEdge", "ShutterUpperHorizontalEdge", "ShutterRightVerticalEdge", "ShutterLowerHorizontalEdge")
        found["rectangle"] = [numbers(ds, side)[0] for side in sides]
    if "CIRCULAR" in named:
        row, column = numbers(ds, "CenterOfCircularShutter")
        found["circle"] = [column, row, numbers(ds, "RadiusOfCircularShutter")[0]]
    if "POLYGONAL" in named:
        found["polygon"] = [[column, row] for row, column in pairs(numbers(ds, "VerticesOfThePolygonalShutter"))]
    return found if len(found) > 1 else {}


def _left_out(ds: Dataset) -> list[str]:
    """What the viewer does not apply, so that nobody takes the picture for what the author saw."""
    parts = {
        "ModalityLUTSequence": _("its table of pixel values"), "PresentationLUTSequence": _("its grey curve"),
        "MaskSubtractionSequence": _("its mask"), "ShutterOverlayGroup": _("its drawn shutter"),
        "CompoundGraphicSequence": _("its compound drawings"),
    }  # fmt: skip
    left = [words for keyword, words in parts.items() if keyword in ds]
    if any(items(item, "VOILUTSequence") for item in items(ds, "SoftcopyVOILUTSequence")):
        left.append(_("its table of grey values"))
    if any("CompoundGraphicSequence" in item for item in items(ds, "GraphicAnnotationSequence")):
        left.append(parts["CompoundGraphicSequence"])
    return left
