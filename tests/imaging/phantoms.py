"""Volumes made for tests: balls at known places in an even grid whose three spacings differ."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import generate_uid

from imaging.archive.models import Study
from tests.imaging import pictures
from tests.imaging.archive.objects import ct_slice

FRAME = "1.2.3.4.9"
Place = tuple[float, float, float]


@dataclass(frozen=True)
class Ball:
    """Place and radius in millimetres in the patient, and the value in it."""

    place: Place
    radius: float
    value: float


@dataclass(frozen=True)
class Phantom:
    balls: tuple[Ball, ...]
    columns: int = 96
    rows: int = 64
    slices: int = 40
    spacing: Place = (1.0, 1.5, 2.0)
    """Between columns, rows and slices."""
    origin: Place = (-48.0, -50.0, -300.0)
    background: float = -200
    attributes: dict[str, Any] = field(default_factory=dict)

    def values(self, number: int) -> np.ndarray:
        """Slice `number` from 0, as values after the rescale."""
        z = self.origin[2] + number * self.spacing[2]
        x = self.origin[0] + np.arange(self.columns) * self.spacing[0]
        y = (self.origin[1] + np.arange(self.rows) * self.spacing[1])[:, None]
        made = np.full((self.rows, self.columns), float(self.background))
        for ball in self.balls:
            away = np.sqrt((x - ball.place[0]) ** 2 + (y - ball.place[1]) ** 2 + (z - ball.place[2]) ** 2)
            made[away <= ball.radius] = ball.value
        return made

    def slice(self, number: int, **attributes: Any) -> Dataset:
        position = [self.origin[0], self.origin[1], self.origin[2] + number * self.spacing[2]]
        slope = float(attributes.get("RescaleSlope", self.attributes.get("RescaleSlope", 1)))
        stored = np.round(self.values(number) / slope).astype("<i2")
        return ct_slice(
            **{
                "InstanceNumber": number + 1, "Rows": self.rows, "Columns": self.columns, "BitsStored": 16, "HighBit": 15,
                "PixelRepresentation": 1,
                "RescaleSlope": "1", "RescaleIntercept": "0", "WindowCenter": "300", "WindowWidth": "1400",
                "PixelSpacing": [self.spacing[1], self.spacing[0]], "SliceThickness": str(self.spacing[2]),
                "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
                "ImagePositionPatient": position, "FrameOfReferenceUID": FRAME, "SeriesDescription": "Phantom",
                "StudyDescription": "Phantom",
                "PixelData": stored.tobytes(),
            } | self.attributes | attributes
        )  # fmt: skip

    def send(self, **attributes: Any) -> Study:
        """Take the volume in; gives the study."""
        named = {"StudyInstanceUID": generate_uid(), "SeriesInstanceUID": generate_uid()} | attributes
        results = [pictures.send(self.slice(number, **named)) for number in range(self.slices)]
        study = results[0].study
        assert study is not None
        study.refresh_from_db()
        return study

    def in_one_object(self, **attributes: Any) -> Dataset:
        """The whole volume as one Enhanced CT object: places and rescale are in its functional groups."""
        ds = self.slice(0, SOPClassUID="1.2.840.10008.5.1.4.1.1.2.1", NumberOfFrames=self.slices, **attributes)
        ds.PixelData = b"".join(np.round(self.values(number)).astype("<i2").tobytes() for number in range(self.slices))
        measures, orientation, rescale = Dataset(), Dataset(), Dataset()
        measures.PixelSpacing, measures.SliceThickness = ds.PixelSpacing, ds.SliceThickness
        orientation.ImageOrientationPatient = ds.ImageOrientationPatient
        rescale.RescaleSlope, rescale.RescaleIntercept, rescale.RescaleType = "1", "0", "HU"
        shared = Dataset()
        shared.PixelMeasuresSequence = Sequence([measures])
        shared.PlaneOrientationSequence = Sequence([orientation])
        shared.PixelValueTransformationSequence = Sequence([rescale])
        ds.SharedFunctionalGroupsSequence = Sequence([shared])
        ds.PerFrameFunctionalGroupsSequence = Sequence([self._group(number) for number in range(self.slices)])
        for keyword in (
            "PixelSpacing", "SliceThickness", "ImageOrientationPatient", "ImagePositionPatient", "RescaleSlope", "RescaleIntercept"
        ):  # fmt: skip
            delattr(ds, keyword)
        return ds

    def _group(self, number: int) -> Dataset:
        position, group = Dataset(), Dataset()
        position.ImagePositionPatient = [self.origin[0], self.origin[1], self.origin[2] + number * self.spacing[2]]
        group.PlanePositionSequence = Sequence([position])
        return group
