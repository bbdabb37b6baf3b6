"""Pictures put into the archive for tests, through the ingest service: series whose geometry and values are known."""

import struct
from typing import Any

import numpy as np
from django.utils import timezone
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from imaging.archive.intake.entry import IngestResult
from imaging.archive.intake.ingest import instance_ingest
from imaging.archive.models import Study
from imaging.orders.models import Exam, Order
from imaging.patients.models import Patient
from tests import people
from tests.imaging.archive.objects import as_file, ct_slice

SIDE = 128


def send(ds: Dataset) -> IngestResult:
    """Take `ds` in as a scanner would send it."""
    return instance_ingest(stream=as_file(ds), source_ae_title="CT1", door="dicom")


def gradient(number: int, side: int = SIDE) -> np.ndarray:
    """HU from -1000 at the left edge to about 1000 at the right, with a bright block that moves from slice to slice."""
    values = np.tile(np.linspace(-1000, 1000, side), (side, 1)).astype(np.int16)
    top = 10 + number * 8 % (side - 20)
    values[top : top + 8, 20:28] = 1500
    return values


def slice_of(number: int, **attributes: Any) -> Dataset:
    """Slice `number` (from 1) of a CT stack of 1 mm pixels; its own study and series unless named."""
    side = attributes.pop("side", SIDE)
    return ct_slice(
        **{
            "InstanceNumber": number,
            "Rows": side,
            "Columns": side,
            "BitsStored": 16,
            "HighBit": 15,
            "PixelRepresentation": 1,
            "RescaleSlope": "1",
            "RescaleIntercept": "0",
            "WindowCenter": "40",
            "WindowWidth": "400",
            "PixelSpacing": [1, 1],
            "SliceThickness": "2",
            "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
            "ImagePositionPatient": [0, 0, number * 2],
            "FrameOfReferenceUID": "1.2.3.4.5",
            "SeriesDescription": "Lung 2 mm",
            "StudyDescription": "CT head plain",
            "PixelData": gradient(number, side).tobytes(),
        }
        | attributes
    )


def palette_picture(kind: str, **attributes: Any) -> Dataset:
    """A ramp from green at the left to red at the right by way of 65536 entries.

    The tables are `whole`, too large to stand in the metadata, or `segmented`.
    """
    ds = slice_of(
        1, PhotometricInterpretation="PALETTE COLOR", PixelRepresentation=0, RescaleSlope=None, RescaleIntercept=None, **attributes
    )
    ds.PixelData = np.tile(np.linspace(0, 65535, SIDE), (SIDE, 1)).astype("<u2").tobytes()
    rise = np.arange(65536, dtype="<u2")
    ends = {"Red": (0, 65535), "Green": (65535, 0), "Blue": (0, 0)}
    for (channel, (first, last)), table in zip(ends.items(), (rise, rise[::-1], rise * 0), strict=True):
        setattr(ds, f"{channel}PaletteColorLookupTableDescriptor", [0, 0, 16])
        if kind == "whole":
            setattr(ds, f"{channel}PaletteColorLookupTableData", table.tobytes())
        else:
            setattr(ds, f"Segmented{channel}PaletteColorLookupTableData", struct.pack("<6H", 0, 1, first, 1, 65535, last))
    return ds


def colours(frames: int = 1, rows: int = 65, columns: int = 127) -> np.ndarray:
    """Frames of 8-bit samples: the first rises across, the second falls, the third is noise, and a corner holds plain primaries."""
    across, down = np.linspace(0, 255, columns), np.linspace(255, 0, rows)
    made = np.zeros((frames, rows, columns, 3), "u1")
    made[..., 0], made[..., 1] = across, down[:, None]
    made[..., 2] = np.random.default_rng(5).integers(90, 99, (frames, rows, columns))
    for at, plain in enumerate([(255, 0, 0), (0, 255, 0), (0, 0, 255)]):
        made[:, :12, 12 * at : 12 * at + 12] = plain
    made[:, -1, -1, 0] = np.arange(frames)
    return made


def colour_picture(values: np.ndarray, photometric: str = "RGB", planes: int = 0, **attributes: Any) -> Dataset:
    """`values` (frames, rows, columns, samples) as a secondary capture, pixel by pixel or plane by plane."""
    frames, rows, columns, _samples = values.shape
    data = (np.moveaxis(values, -1, 1) if planes else values).tobytes()
    grey = dict.fromkeys(("RescaleSlope", "RescaleIntercept", "WindowCenter", "WindowWidth"))
    return slice_of(
        1,
        **{
            "SOPClassUID": "1.2.840.10008.5.1.4.1.1.7.4" if frames > 1 else "1.2.840.10008.5.1.4.1.1.7", "Modality": "ES",
            "NumberOfFrames": frames if frames > 1 else None, "SamplesPerPixel": 3, "PhotometricInterpretation": photometric,
            "PlanarConfiguration": planes, "Rows": rows, "Columns": columns, "BitsAllocated": 8, "BitsStored": 8, "HighBit": 7,
            "PixelRepresentation": 0, "PixelData": data + bytes(len(data) % 2), **grey,
        } | attributes,
    )  # fmt: skip


def stack(count: int = 8, **attributes: Any) -> Study:
    """A series of `count` slices in one study; gives the study."""
    named = {"StudyInstanceUID": generate_uid(), "SeriesInstanceUID": generate_uid()} | attributes
    results = [send(slice_of(number, **named)) for number in range(1, count + 1)]
    study = results[0].study
    assert study is not None
    study.refresh_from_db()
    return study


def exam_of(patient: Patient, accession_number: str = "CT26112200001", **fields: Any) -> Exam:
    """A performed CT head, whose images a `stack` with its Study UID will be matched to."""
    procedure = people.ct_head()
    now = timezone.now()
    order = Order.objects.create(patient=patient, filler_number=f"F{accession_number}", ordered_at=now, **fields.pop("order", {}))
    return Exam.objects.create(
        order=order,
        patient=patient,
        procedure=procedure,
        department=procedure.department,
        modality="CT",
        accession_number=accession_number,
        study_instance_uid=generate_uid(),
        requested_procedure_id=accession_number,
        state="completed",
        ordered_at=now,
        completed_at=now,
        **fields,
    )


def matching(exam: Exam) -> dict[str, Any]:
    """What images of `exam` carry of it: the UID, the number and the patient."""
    patient = exam.patient
    return {
        "StudyInstanceUID": exam.study_instance_uid,
        "AccessionNumber": exam.accession_number,
        "PatientID": patient.number,
        "PatientName": f"{patient.name}={patient.name_ideographic}".rstrip("="),
        "PatientBirthDate": patient.birth_date.strftime("%Y%m%d") if patient.birth_date else "",
        "PatientSex": patient.sex,
    }


def stack_for(exam: Exam, count: int = 8, **attributes: Any) -> Study:
    """A stack that is of `exam`."""
    return stack(count, **(matching(exam) | attributes))
