"""Reading a softcopy presentation state (PS3.3 C.10 and C.11): what each of its pictures is to look like."""

from typing import Any

from django.utils.translation import gettext as _
from pydicom.dataset import Dataset

from imaging.archive.intake.values import Json
from imaging.common.errors import InvalidInput
from imaging.viewer.objects.compound_read import compounds_of
from imaging.viewer.objects.head import items, numbers, pairs, pictures_in, rgb, text
from imaging.viewer.objects.tables_read import bitmap_of, overlay_groups, table_of

MOST_POINTS = 20_000
# What profiles of the colours of a usual screen are called, in profiles of version 2 and of version 4.
SRGB = (b"sRGB", "sRGB".encode("utf-16-be"))
Named = list[tuple[str, int | None]]


def presentation_of(ds: Dataset) -> Json:
    """The pictures with their windows, areas and drawings, and what holds for all of them. Raises InvalidInput for one that names none."""
    named = [one for series in items(ds, "ReferencedSeriesSequence") for one in pictures_in(series, "ReferencedImageSequence")]
    if not named:
        raise InvalidInput(_("This presentation state names no picture."))
    colours = _colours(ds)
    return {
        "pictures": [{"instance": uid, "frame": frame} for uid, frame in named],
        "rotation": int(ds.get("ImageRotation") or 0) % 360,
        "flipped": ds.get("ImageHorizontalFlip") == "Y",
        "inverse": text(ds, "PresentationLUTShape") == "INVERSE",
        "shape": text(ds, "PresentationLUTShape"),
        "rescale": [*numbers(ds, "RescaleSlope"), *numbers(ds, "RescaleIntercept")],
        "modalityTable": table_of(ds, "ModalityLUTSequence"),
        "presentationTable": table_of(ds, "PresentationLUTSequence"),
        "windows": [_window(item) for item in items(ds, "SoftcopyVOILUTSequence")],
        "areas": [_area(item) for item in items(ds, "DisplayedAreaSelectionSequence")],
        "drawings": [_drawing(item, colours) for item in items(ds, "GraphicAnnotationSequence")],
        "overlays": _overlays(ds, colours),
        "shutters": _shutters(ds),
        "leftOut": _left_out(ds),
    }


def _for(item: Dataset) -> list[Json]:
    """The pictures that an item is for; none are all."""
    return [{"instance": uid, "frame": frame} for uid, frame in pictures_in(item, "ReferencedImageSequence")]


def _window(item: Dataset) -> Json:
    centre, width = numbers(item, "WindowCenter")[:1], numbers(item, "WindowWidth")[:1]
    return {
        "for": _for(item), "centre": centre[0] if centre else None, "width": width[0] if width else None,
        "function": text(item, "VOILUTFunction") or "LINEAR", "table": table_of(item, "VOILUTSequence"),
    }  # fmt: skip


def _area(item: Dataset) -> Json:
    top, bottom = numbers(item, "DisplayedAreaTopLeftHandCorner"), numbers(item, "DisplayedAreaBottomRightHandCorner")
    size = {"mode": text(item, "PresentationSizeMode"), "magnification": numbers(item, "PresentationPixelMagnificationRatio")}
    size |= {"spacing": numbers(item, "PresentationPixelSpacing"), "aspect": numbers(item, "PresentationPixelAspectRatio")}
    return {"for": _for(item), "topLeft": top, "bottomRight": bottom, **size}


def _colours(ds: Dataset) -> dict[str, str]:
    return {text(layer, "GraphicLayer"): _colour(layer) for layer in items(ds, "GraphicLayerSequence")}


def _colour(layer: Dataset) -> str:
    grey = numbers(layer, "GraphicLayerRecommendedDisplayGrayscaleValue")[:1]
    shade = f"#{f'{min(255, round(grey[0] / 257)):02x}' * 3}" if grey else ""
    return rgb(numbers(layer, "GraphicLayerRecommendedDisplayCIELabValue")) or shade


def _drawing(item: Dataset, colours: dict[str, str]) -> Json:
    graphics, texts, _is_left_out = compounds_of(item)
    return {
        "for": _for(item),
        "colour": colours.get(text(item, "GraphicLayer"), ""),
        "graphics": [*(_graphic(one) for one in items(item, "GraphicObjectSequence")), *graphics],
        "texts": [*(_text(one) for one in items(item, "TextObjectSequence")), *texts],
    }


def _overlays(ds: Dataset, colours: dict[str, str]) -> list[Json]:
    """Overlay planes that the state brings and shows, in the colour of their layer."""
    found = ((bitmap_of(ds, group), layer) for group, layer in overlay_groups(ds).items())
    return [{**bitmap, "colour": colours.get(layer, "")} for bitmap, layer in found if bitmap]


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
    found: Json = {}
    if "RECTANGULAR" in named:
        sides = ("ShutterLeftVerticalEdge", "ShutterUpperHorizontalEdge", "ShutterRightVerticalEdge", "ShutterLowerHorizontalEdge")
        found["rectangle"] = [numbers(ds, side)[0] for side in sides]
    if "CIRCULAR" in named:
        row, column = numbers(ds, "CenterOfCircularShutter")
        found["circle"] = [column, row, numbers(ds, "RadiusOfCircularShutter")[0]]
    if "POLYGONAL" in named:
        found["polygon"] = [[column, row] for row, column in pairs(numbers(ds, "VerticesOfThePolygonalShutter"))]
    if "BITMAP" in named and (bitmap := bitmap_of(ds, int(ds.get("ShutterOverlayGroup") or 0))):
        found["bitmap"] = bitmap
    if not found:
        return {}
    colour = rgb(numbers(ds, "ShutterPresentationColorCIELabValue"))
    return {"value": numbers(ds, "ShutterPresentationValue")[:1], **({"colour": colour} if colour else {}), **found}


def _left_out(ds: Dataset) -> list[str]:
    """What the viewer does not apply, so that nobody takes the picture for what the author saw."""
    left = {
        _("its mask"): "MaskSubtractionSequence" in ds,
        _("its drawn shutter"): "BITMAP" in str(ds.get("ShutterShape") or "") and "bitmap" not in _shutters(ds),
        _("a table of grey values that is damaged"): _has_damaged_table(ds),
        _("its colour profile"): bool(ds.get("ICCProfile")) and not any(name in bytes(ds.ICCProfile) for name in SRGB),
        _("some of its compound drawings"): any(compounds_of(item)[2] for item in items(ds, "GraphicAnnotationSequence")),
    }
    return [words for words, is_so in left.items() if is_so]


def _has_damaged_table(ds: Dataset) -> bool:
    holders = [(ds, "ModalityLUTSequence"), (ds, "PresentationLUTSequence")]
    holders += [(item, "VOILUTSequence") for item in items(ds, "SoftcopyVOILUTSequence")]
    return any(items(holder, keyword) and table_of(holder, keyword) is None for holder, keyword in holders)
