"""Volumes of research formats turned into axial CT and MR series.

Every volume is brought into DICOM's patient axes first: voxels[z, y, x] with x to the patient's left, y to the back, z to the head.
"""

import plistlib
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nibabel
import nrrd
import numpy as np
from numpy.typing import NDArray
from pydicom.uid import CTImageStorage, MRImageStorage, generate_uid
from scipy.ndimage import zoom

from demo.pictures import template


@dataclass(frozen=True)
class Volume:
    voxels: NDArray[Any]
    spacing: tuple[float, float, float]  # z, y, x in mm


def head(source: Path) -> Volume:
    """InVesalius' own archive: a raw matrix with rows from back to front."""
    with tarfile.open(source) as tar:
        members = {Path(member.name).name: member for member in tar.getmembers()}
        about = plistlib.loads(read_member(tar, members["main.plist"]))["matrix"]
        spacing = plistlib.loads(read_member(tar, members["main.plist"]))["spacing"]
        matrix = np.frombuffer(read_member(tar, members["matrix.dat"]), about["dtype"]).reshape(about["shape"])
    x, y, z = spacing
    return Volume(matrix[:, ::-1, :], (z, y, x))


def read_member(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(member)
    if file is None:
        raise ValueError(f"{member.name} is no file")
    return file.read()


def chest(source: Path) -> Volume:
    """A coarse NRRD with both in-plane axes reversed; made finer, so that it fills a screen."""
    voxels, header = nrrd.read(str(source))
    x, y, z = (float(abs(row[axis])) for axis, row in enumerate(header["space directions"]))
    upright = np.transpose(voxels, (2, 1, 0))[:, ::-1, ::-1].astype(np.float32)
    factors = (4, 2, 2)
    fine = zoom(np.clip(upright, -1024, 3071), factors, order=1)
    return Volume(fine, (z / factors[0], y / factors[1], x / factors[2]))


def brain(source: Path) -> Volume:
    """A NIfTI in right-anterior-superior order."""
    image = nibabel.as_closest_canonical(nibabel.load(source))
    x, y, z = (float(size) for size in image.header.get_zooms())
    voxels = np.transpose(np.asanyarray(image.dataobj), (2, 1, 0))[:, ::-1, ::-1].astype(np.float32)
    scaled = voxels / np.percentile(voxels, 99.9) * 1500
    return Volume(np.clip(scaled, 0, 4095), (z, y, x))


def write_ct(volume: Volume, folder: Path, description: str, body_part: str, window: tuple[int, int]) -> None:
    """An axial CT series in Hounsfield units, from feet to head."""
    frame_of_reference = generate_uid()
    for number, pixels in enumerate(np.clip(volume.voxels, -1024, 3071), start=1):
        ds = template.new(CTImageStorage, "CT", description, body_part)
        ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = "-1024", "1", "HU"
        ds.KVP, ds.AcquisitionNumber = "120", 1
        place(ds, volume, number, frame_of_reference, window)
        template.set_grey_pixels(ds, np.rint(pixels) + 1024, signed=False)
        template.save(ds, folder, number)


def write_mr(volume: Volume, folder: Path, description: str, body_part: str, window: tuple[int, int]) -> None:
    """An axial T1-weighted MR series, from feet to head."""
    frame_of_reference = generate_uid()
    for number, pixels in enumerate(volume.voxels, start=1):
        ds = template.new(MRImageStorage, "MR", description, body_part)
        ds.ImageType = ["ORIGINAL", "PRIMARY", "OTHER"]
        ds.ScanningSequence, ds.SequenceVariant, ds.ScanOptions, ds.MRAcquisitionType = "GR", "SP", "", "3D"
        ds.RepetitionTime, ds.EchoTime, ds.EchoTrainLength, ds.FlipAngle = "22", "9.2", "1", "30"
        place(ds, volume, number, frame_of_reference, window)
        template.set_grey_pixels(ds, np.rint(pixels), signed=False)
        template.save(ds, folder, number)


def place(ds: Any, volume: Volume, number: int, frame_of_reference: str, window: tuple[int, int]) -> None:
    """Where the slice lies in the patient, and how it is first shown."""
    z, y, x = volume.spacing
    slices, rows, columns = volume.voxels.shape
    height = (number - 1 - slices / 2) * z
    ds.FrameOfReferenceUID, ds.PositionReferenceIndicator = frame_of_reference, ""
    ds.PatientPosition = "HFS"
    ds.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    ds.ImagePositionPatient = [round(-columns / 2 * x, 3), round(-rows / 2 * y, 3), round(height, 3)]
    ds.SliceLocation = round(height, 3)
    ds.PixelSpacing = [round(y, 5), round(x, 5)]
    ds.SliceThickness = ds.SpacingBetweenSlices = round(z, 4)
    ds.WindowCenter, ds.WindowWidth = window
