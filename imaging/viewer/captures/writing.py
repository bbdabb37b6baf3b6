"""Writing a picture that a viewer made of volumes as a Secondary Capture Image (PS3.3 A.8.1): RGB, not compressed.

Who and what it is of comes from the index and the source pictures, never from the viewer.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from PIL import Image
from pydicom.dataset import Dataset
from pydicom.valuerep import format_number_as_ds

from imaging.archive.corrections.overlay import metadata_out
from imaging.archive.intake.values import Json, first, text_of
from imaging.archive.models import Series, Study
from imaging.archive.own_objects import MANUFACTURER, code, date_and_time, own_object
from imaging.viewer.captures.about import IMAGE_TYPES, Source, derivation_said, derivations_of
from imaging.viewer.objects.presentation_write import image_reference

SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
SERIES_NUMBER = 9104
SERIES_DESCRIPTION = "Key images of volumes"
LOSSY = "00282110"
# Of the patient at the time of the study (PS3.3 C.7.2.2).
OF_THE_PATIENT = {"PatientAge": "00101010", "PatientSize": "00101020", "PatientWeight": "00101030"}


def capture_write(
    *, study: Study, picture: Image.Image, about: dict[str, Any], sources: Sequence[Source], series: Series | None, number: int,
    at: dt.datetime,
) -> Dataset:  # fmt: skip
    """The object of `picture`, in `series` as its picture `number`, or in a new series."""
    modality = sources[-1].instance.series.modality
    ds = own_object(study=study, sop_class_uid=SECONDARY_CAPTURE, modality=modality, series_number=SERIES_NUMBER, at=at)
    if series is not None:
        ds.SeriesInstanceUID = series.series_instance_uid
    ds.SeriesDescription, ds.InstanceNumber = SERIES_DESCRIPTION, number
    ds.PatientOrientation, ds.BurnedInAnnotation = "", "NO"
    ds.ImageType = ["DERIVED", "SECONDARY", IMAGE_TYPES[about["look"]]]
    ds.ConversionType, ds.SecondaryCaptureDeviceManufacturer = "WSD", MANUFACTURER
    ds.DateOfSecondaryCapture, ds.TimeOfSecondaryCapture = date_and_time(at)
    ds.DerivationDescription = derivation_said(about, sources)
    ds.DerivationCodeSequence = [code(*one) for one in derivations_of(about)]
    ds.SourceImageSequence = [_source(source) for source in sources]
    headers = [metadata_out(source.instance) for source in sources]
    _of_the_sources(ds, headers)
    if spacing := about.get("spacing"):
        ds.PixelSpacing = [format_number_as_ds(float(spacing))] * 2
    _pixels(ds, picture)
    return ds


def _source(source: Source) -> Dataset:
    item = image_reference(source.instance, source.frame)
    item.PurposeOfReferenceCodeSequence = [code("121322", "Source image for image processing operation")]
    return item


def _of_the_sources(ds: Dataset, headers: list[Json]) -> None:
    """Where it lies and of whom it was; and what was lost before (PS3.3 C.7.6.1.1.5)."""
    ds.Laterality = text_of(headers[0], "00200060", 16)
    for keyword, tag in OF_THE_PATIENT.items():
        if value := text_of(headers[0], tag, 16):
            setattr(ds, keyword, value)
    if frame := text_of(headers[0], "00200052", 64):
        ds.FrameOfReferenceUID, ds.PositionReferenceIndicator = frame, text_of(headers[0], "00201040", 64)
    lossy = next((header for header in headers if text_of(header, LOSSY) == "01"), None)
    ds.LossyImageCompression = "00" if lossy is None else "01"
    if lossy is not None and (method := first(lossy.get("00282114"))):
        ds.LossyImageCompressionMethod = method
    if lossy is not None and isinstance(ratio := first(lossy.get("00282112")), int | float):
        ds.LossyImageCompressionRatio = format_number_as_ds(float(ratio))


def _pixels(ds: Dataset, picture: Image.Image) -> None:
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PlanarConfiguration = 3, "RGB", 0
    ds.Rows, ds.Columns = picture.height, picture.width
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 8, 8, 7, 0
    pixels = picture.tobytes()
    ds.PixelData = pixels + b"\0" * (len(pixels) % 2)
