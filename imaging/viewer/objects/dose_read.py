"""Reading a dose of radiotherapy (PS3.3 C.8.8.3): the grid in the patient. Its values are fetched as 16-bit parts of the highest."""

import math
from collections.abc import Iterator
from functools import partial

import numpy as np
from django.utils.translation import gettext as _
from pydicom.dataset import Dataset

from imaging.archive.intake.values import Json
from imaging.archive.models import Instance
from imaging.archive.pictures.pixels import frame_decode, header_for_pixels
from imaging.common.errors import InvalidInput
from imaging.viewer.objects.head import numbers, text

TOP = 65535
LARGEST = 256 * 1024 * 1024


def dose_of(ds: Dataset) -> Json:
    """The grid. Raises InvalidInput for one whose planes do not say where they lie."""
    position, orientation = numbers(ds, "ImagePositionPatient"), numbers(ds, "ImageOrientationPatient")
    spacing, frames = numbers(ds, "PixelSpacing"), int(ds.get("NumberOfFrames") or 1)
    if len(position) != 3 or len(orientation) != 6 or len(spacing) != 2:
        raise InvalidInput(_("This dose does not say where its grid lies."))
    return {
        "rows": int(ds.Rows), "columns": int(ds.Columns), "frames": frames, "position": position, "orientation": orientation,
        "spacing": spacing, "offsets": _offsets(ds, position, frames), "frameOfReference": text(ds, "FrameOfReferenceUID"),
        "units": text(ds, "DoseUnits"), "summation": text(ds, "DoseSummationType"), "type": text(ds, "DoseType"),
    }  # fmt: skip


def _offsets(ds: Dataset, position: list[float], frames: int) -> list[float]:
    """Of each plane from the first, along the normal (C.8.8.3.2: relative, or the z of the patient when the first is not 0)."""
    offsets = numbers(ds, "GridFrameOffsetVector") or [0.0]
    if len(offsets) != frames:
        raise InvalidInput(_("This dose does not say where its planes lie."))
    placed = [offset - position[2] for offset in offsets] if offsets[0] != 0 else offsets
    if not all(map(math.isfinite, placed)):
        raise InvalidInput(_("This dose does not say where its planes lie."))
    return placed


def dose_values(instance: Instance, ds: Dataset, *, most: int = LARGEST) -> tuple[Iterator[bytes], float]:
    """Every plane in its order as 16-bit numbers, and the dose that the largest of them stands for; a plane is held at a time, and read
    twice. Raises CannotDecode, InvalidInput beyond `most` bytes."""
    frames = int(ds.get("NumberOfFrames") or 1)
    if int(ds.Rows) * int(ds.Columns) * frames * 2 > most:
        raise InvalidInput(_("This dose is too large to be drawn."))
    header, scaling = header_for_pixels(instance), numbers(ds, "DoseGridScaling")
    plane = partial(frame_decode, instance, header=header)
    highest = max((float(plane(at).max(initial=0)) for at in range(1, frames + 1)), default=0.0)
    parts = (_parts(plane(at), highest) for at in range(1, frames + 1))
    return parts, highest * (scaling[0] if scaling else 1)


def _parts(plane: np.ndarray, highest: float) -> bytes:
    of_highest = plane.astype(np.float64) / highest * TOP if highest > 0 else np.zeros(plane.shape)
    return np.clip(of_highest, 0, TOP).round().astype("<u2").tobytes()
