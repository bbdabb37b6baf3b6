"""What every picture of ours has in common: a DICOM object with everything but an identity."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, generate_uid

MANUFACTURER = "Lightbox demo"


def new(sop_class: UID, modality: str, description: str, body_part: str, transfer_syntax: UID = ExplicitVRLittleEndian) -> Dataset:
    """An object without patient, study or pixels. UIDs are placeholders: sending gives new ones."""
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = transfer_syntax
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID = sop_class
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID = generate_uid()
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.Modality = modality
    ds.Manufacturer = MANUFACTURER
    ds.SeriesDescription = description
    if body_part:
        ds.BodyPartExamined = body_part
    return ds


def set_grey_pixels(ds: Dataset, pixels: NDArray[Any], *, signed: bool) -> None:
    """16-bit grey pixels, MONOCHROME2."""
    ds.Rows, ds.Columns = pixels.shape
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.BitsAllocated = ds.BitsStored = 16
    ds.HighBit = 15
    ds.PixelRepresentation = int(signed)
    ds.PixelData = np.ascontiguousarray(pixels, dtype="<i2" if signed else "<u2").tobytes()


def save(ds: Dataset, folder: Path, number: int) -> None:
    ds.InstanceNumber = number
    folder.mkdir(parents=True, exist_ok=True)
    ds.save_as(folder / f"{number:04d}.dcm", enforce_file_format=True)
