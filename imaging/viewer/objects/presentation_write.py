"""Writing softcopy presentation states: how pictures were seen, and what was drawn on them (PS3.3 A.33.1 and A.33.2, C.10.4 to C.11.11)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pydicom.dataset import Dataset
from pydicom.valuerep import format_number_as_ds

from imaging.access.models import User
from imaging.archive.corrections.overlay import metadata_out
from imaging.archive.intake.values import first, text_of
from imaging.archive.models import Instance, Study
from imaging.archive.own_objects import date_and_time, own_object, person_name, reference
from imaging.archive.pictures.rendering import srgb_profile
from imaging.viewer.models import Annotation, KeyImage
from imaging.viewer.objects.shapes import Outline, outlines
from imaging.viewer.pictures import label_of

GREYSCALE, COLOUR = "1.2.840.10008.5.1.4.1.1.11.1", "1.2.840.10008.5.1.4.1.1.11.2"
SERIES_NUMBER = 9101
LAYER = "MARKS"
LABEL_LENGTH = 64
# The gold of marks on the screen, as PCS values (C.10.7.1.1), and how bright it is on a grey screen.
LAYER_CIELAB, LAYER_GREY = [53456, 33667, 44461], 52428


@dataclass
class View:
    """One picture as it is to be shown: by a key image, or as it came with the marks on it."""

    instance: Instance
    frame: int
    key_image: KeyImage | None
    marks: list[Annotation]
    header: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.header = metadata_out(self.instance)

    @property
    def is_colour(self) -> bool:
        return first(self.header.get("00280002")) == 3 or text_of(self.header, "00280004") == "PALETTE COLOR"

    @property
    def turn(self) -> tuple[int, bool]:
        """Clockwise rotation, then whether it is flipped left to right; key images are flipped first and turned then."""
        if self.key_image is None:
            return 0, False
        rotation = round(self.key_image.rotation / 90) % 4 * 90
        return ((360 - rotation) % 360 if self.key_image.flipped else rotation), self.key_image.flipped

    @property
    def shape(self) -> str:
        """A state says itself whether large values are white; the picture's own photometric interpretation does not count then (C.11.6)."""
        turned = text_of(self.header, "00280004") == "MONOCHROME1"
        return "INVERSE" if turned != bool(self.key_image and self.key_image.inverted) else "IDENTITY"

    @property
    def rescale(self) -> tuple[float, float, str] | None:
        """So does it for the modality LUT: without one, the picture's own is not applied (C.11.1)."""
        slope, intercept = first(self.header.get("00281053")), first(self.header.get("00281052"))
        if not isinstance(slope, int | float) or not isinstance(intercept, int | float):
            return None
        return slope, intercept, text_of(self.header, "00281054") or "US"

    @property
    def window(self) -> tuple[float, float] | None:
        image = self.key_image
        if image is not None and image.window_centre is not None and image.window_width:
            return image.window_centre, image.window_width
        centre, width = first(self.header.get("00281050")), first(self.header.get("00281051"))
        return (centre, width) if isinstance(centre, int | float) and isinstance(width, int | float) and width >= 1 else None

    @property
    def how(self) -> tuple[Any, ...]:
        """What one state can say only once for all of its pictures."""
        if self.is_colour:
            return (COLOUR, self.turn)
        return (GREYSCALE, self.turn, self.shape, self.rescale)


def states_write(*, study: Study, views: Iterable[View], user: User, at: dt.datetime) -> list[tuple[Dataset, list[View]]]:
    """As few states as can say how `views` are shown, in one series, each with the views that it is for."""
    groups: list[list[View]] = []
    for view in views:
        fitting = (group for group in groups if group[0].how == view.how and not _shows(group, view))
        group = next(fitting, None)
        if group is None:
            groups.append([view])
        else:
            group.append(view)
    states = [(_state(study, group, user, at), group) for group in groups]
    for number, (state, _group) in enumerate(states, start=1):
        state.SeriesInstanceUID, state.InstanceNumber = states[0][0].SeriesInstanceUID, number
    return states


def _shows(group: list[View], view: View) -> bool:
    return any((other.instance.pk, other.frame) == (view.instance.pk, view.frame) for other in group)


def _state(study: Study, views: list[View], user: User, at: dt.datetime) -> Dataset:
    sop_class = COLOUR if views[0].is_colour else GREYSCALE
    ds = own_object(study=study, sop_class_uid=sop_class, modality="PR", series_number=SERIES_NUMBER, at=at)
    ds.SeriesDescription, ds.Laterality = "Presentation states", ""
    ds.PresentationCreationDate, ds.PresentationCreationTime = date_and_time(at)
    ds.ContentLabel, ds.ContentCreatorName = "LIGHTBOX", person_name(user.label)
    captions = [view.key_image.caption for view in views if view.key_image and view.key_image.caption]
    ds.ContentDescription = " ".join(", ".join(captions).replace("\\", " ").split())[:LABEL_LENGTH]
    ds.ReferencedSeriesSequence = _series(views)
    ds.DisplayedAreaSelectionSequence = [_area(view) for view in views]
    _turn(ds, views[0])
    _draw(ds, views)
    if sop_class == COLOUR:
        ds.ICCProfile = srgb_profile()
    else:
        _grey(ds, views)
    return ds


def _series(views: list[View]) -> list[Dataset]:
    """Every picture with the frames that are meant, by series (C.11.11)."""
    frames: dict[str, dict[Instance, list[int]]] = {}
    for view in views:
        frames.setdefault(view.instance.series.series_instance_uid, {}).setdefault(view.instance, []).append(view.frame)
    found = []
    for uid, instances in frames.items():
        item = Dataset()
        item.SeriesInstanceUID = uid
        item.ReferencedImageSequence = [image_reference(instance, *numbers) for instance, numbers in instances.items()]
        found.append(item)
    return found


def image_reference(instance: Instance, *frames: int) -> Dataset:
    """The picture, with its frames when it has several (PS3.3 10.3)."""
    more = {"ReferencedFrameNumber": sorted(frames)} if instance.number_of_frames > 1 else {}
    return reference(instance.sop_class_uid, instance.sop_instance_uid, **more)


def _area(view: View) -> Dataset:
    item = Dataset()
    item.ReferencedImageSequence = [image_reference(view.instance, view.frame)]
    item.DisplayedAreaTopLeftHandCorner, item.DisplayedAreaBottomRightHandCorner = corners(view)
    item.PresentationSizeMode = "SCALE TO FIT"
    spacing = (view.header.get("00280030") or {}).get("Value") or []
    if len(spacing) == 2 and all(isinstance(side, int | float) and side > 0 for side in spacing):
        item.PresentationPixelSpacing = [_ds(side) for side in spacing]
    else:
        item.PresentationPixelAspectRatio = (view.header.get("00280034") or {}).get("Value") or [1, 1]
    return item


def corners(view: View) -> tuple[list[int], list[int]]:
    """The pixels that are at the top left and at the bottom right once the picture is turned (C.10.4)."""
    whole = [0, 0, view.instance.columns or 1, view.instance.rows or 1]
    left, top, width, height = (view.key_image.area if view.key_image else None) or whole
    clockwise = [[left + 1, top + 1], [left + width, top + 1], [left + width, top + height], [left + 1, top + height]]
    rotation, is_flipped = view.turn
    at = (int(is_flipped) - rotation // 90) % 4
    return clockwise[at], clockwise[(at + 2) % 4]


def _turn(ds: Dataset, view: View) -> None:
    rotation, is_flipped = view.turn
    if rotation or is_flipped:
        ds.ImageRotation, ds.ImageHorizontalFlip = rotation, "Y" if is_flipped else "N"


def _grey(ds: Dataset, views: list[View]) -> None:
    ds.PresentationLUTShape = views[0].shape
    if views[0].rescale is not None:
        slope, intercept, ds.RescaleType = views[0].rescale
        ds.RescaleSlope, ds.RescaleIntercept = _ds(slope), _ds(intercept)
    windows = [_window(view, view.window) for view in views if view.window is not None]
    if windows:
        ds.SoftcopyVOILUTSequence = windows


def _window(view: View, window: tuple[float, float]) -> Dataset:
    item = Dataset()
    item.ReferencedImageSequence = [image_reference(view.instance, view.frame)]
    item.WindowCenter, item.WindowWidth = _ds(window[0]), _ds(window[1])
    return item


def _draw(ds: Dataset, views: list[View]) -> None:
    drawn = [_annotation(view) for view in views if view.marks]
    if not drawn:
        return
    ds.GraphicAnnotationSequence = drawn
    layer = Dataset()
    layer.GraphicLayer, layer.GraphicLayerOrder = LAYER, 1
    layer.GraphicLayerRecommendedDisplayGrayscaleValue, layer.GraphicLayerRecommendedDisplayCIELabValue = LAYER_GREY, LAYER_CIELAB
    ds.GraphicLayerSequence = [layer]


def _annotation(view: View) -> Dataset:
    item = Dataset()
    item.ReferencedImageSequence = [image_reference(view.instance, view.frame)]
    item.GraphicLayer = LAYER
    if drawn := [_graphic(outline) for mark in view.marks for outline in outlines(mark)]:
        item.GraphicObjectSequence = drawn
    if texts := [_text(mark) for mark in view.marks if label_of(mark)]:
        item.TextObjectSequence = texts
    return item


def _graphic(outline: Outline) -> Dataset:
    item = Dataset()
    item.GraphicAnnotationUnits, item.GraphicDimensions, item.GraphicType = "PIXEL", 2, outline.kind
    item.NumberOfGraphicPoints, item.GraphicData = len(outline.points), [part for point in outline.points for part in point]
    if outline.kind in {"CIRCLE", "ELLIPSE"} or (outline.kind == "POLYLINE" and outline.points[0] == outline.points[-1]):
        item.GraphicFilled = "N"
    return item


def _text(mark: Annotation) -> Dataset:
    item = Dataset()
    item.AnchorPointAnnotationUnits, item.AnchorPoint, item.AnchorPointVisibility = "PIXEL", list(max(mark.points)), "N"
    item.UnformattedTextValue = label_of(mark).replace("\n", "\r\n")  # PS3.5 6.1.3
    return item


def _ds(value: float) -> str:
    """At most the 16 characters of a DS."""
    return format_number_as_ds(float(value))
