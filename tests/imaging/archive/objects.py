"""Small DICOM objects for tests, as a device would send them."""

import io
from typing import Any

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid


def ct_slice(**attributes: Any) -> Dataset:
    """A CT image of 4 x 4 pixels of LIN Mei-Hua; `attributes` by keyword take precedence, None leaves one out."""
    ds = Dataset()
    values: dict[str, Any] = {
        "SpecificCharacterSet": "ISO_IR 192",
        "SOPClassUID": CTImageStorage,
        "SOPInstanceUID": generate_uid(),
        "StudyInstanceUID": generate_uid(),
        "SeriesInstanceUID": generate_uid(),
        "PatientID": "00482913",
        "PatientName": "LIN^Mei-Hua=林^美华",
        "PatientBirthDate": "19680412",
        "PatientSex": "F",
        "StudyDate": "20261122",
        "StudyTime": "101500",
        "AccessionNumber": "",
        "Modality": "CT",
        "SeriesNumber": 2,
        "InstanceNumber": 1,
        "Rows": 4,
        "Columns": 4,
        "BitsAllocated": 16,
        "BitsStored": 12,
        "HighBit": 11,
        "PixelRepresentation": 0,
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "PixelData": bytes(range(32)),
    }
    for keyword, value in (values | attributes).items():
        if value is not None:
            setattr(ds, keyword, value)
    if "PixelData" in ds:
        ds["PixelData"].VR = "OW"
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.MediaStorageSOPClassUID = ds.get("SOPClassUID", CTImageStorage)
    ds.file_meta.MediaStorageSOPInstanceUID = ds.get("SOPInstanceUID", generate_uid())
    return ds


def as_file(ds: Dataset, preamble: bytes = b"II*\0" + bytes(124)) -> io.BytesIO:
    """`ds` as a file with a preamble that pretends to be a TIFF."""
    target = io.BytesIO()
    ds.save_as(target, enforce_file_format=True)
    content = bytearray(target.getvalue())
    content[:128] = preamble
    return io.BytesIO(bytes(content))
