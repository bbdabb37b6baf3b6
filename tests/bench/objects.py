"""What is sent: CT slices of half a megabyte of noise, which no codec and no file system makes smaller, under UIDs that were never used."""

import io
from dataclasses import dataclass

import numpy as np
from pydicom import Dataset, dcmwrite
from pydicom.dataset import FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

STUDY, SERIES, OBJECT = "1.2.3.1000000000", "1.2.3.2000000000", "1.2.3.3000000000"
PATIENT = "80000000"
SIDE = 512


def encoded(ds: Dataset, *, is_file: bool = False) -> bytes:
    """The data set in Implicit VR Little Endian, or a whole file in Explicit VR."""
    buffer = io.BytesIO()
    dcmwrite(buffer, ds, implicit_vr=not is_file, little_endian=True, enforce_file_format=is_file)
    return buffer.getvalue()


def slice_of_noise() -> Dataset:
    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID, ds.StudyInstanceUID, ds.SeriesInstanceUID = CTImageStorage, OBJECT, STUDY, SERIES
    ds.PatientID, ds.PatientName, ds.PatientBirthDate, ds.PatientSex = PATIENT, "BENCH^Anna", "19700101", "F"
    ds.Modality, ds.StudyDate, ds.StudyTime, ds.AccessionNumber, ds.InstanceNumber = "CT", "20260101", "120000", "", 1
    ds.StudyID, ds.SeriesNumber, ds.ReferringPhysicianName = "1", 1, ""
    ds.Rows = ds.Columns = SIDE
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PixelRepresentation = 1, "MONOCHROME2", 1
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = 16, 16, 15
    ds.PixelData = np.random.default_rng(1).integers(-1024, 3000, (SIDE, SIDE), dtype=np.int16).tobytes()
    return ds


@dataclass(frozen=True)
class Stack:
    """`count` slices of a series that no server has seen: their instance UIDs, and the bytes of each."""

    number: int
    count: int
    is_file: bool = False

    @property
    def study(self) -> str:
        return f"1.2.3.1{self.number:09d}"

    @property
    def series(self) -> str:
        return f"1.2.3.2{self.number:09d}"

    def uid(self, at: int) -> str:
        return f"1.2.3.3{self.number * 10_000 + at:09d}"

    def objects(self) -> list[tuple[str, bytes]]:
        """UID and bytes of each slice, made from one by exchanging UIDs of the same length."""
        template = _file() if self.is_file else encoded(slice_of_noise())
        named = template.replace(STUDY.encode(), self.study.encode()).replace(SERIES.encode(), self.series.encode())
        return [(self.uid(at), named.replace(OBJECT.encode(), self.uid(at).encode())) for at in range(self.count)]


def _file() -> bytes:
    ds = slice_of_noise()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.MediaStorageSOPClassUID, ds.file_meta.MediaStorageSOPInstanceUID = CTImageStorage, OBJECT
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return encoded(ds, is_file=True)
