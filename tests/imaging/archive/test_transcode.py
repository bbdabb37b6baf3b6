"""Objects of every coding as a receiver of plain data sets gets them. Not covered: video, which stays as it is."""

import io
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file

from imaging.archive.ingest import instance_ingest
from imaging.archive.models import Instance
from imaging.archive.pixels import CannotDecode
from imaging.archive.transcode import EXPLICIT_LITTLE, IMPLICIT_LITTLE, dataset_as, file_as
from tests.imaging import pictures

pytestmark = pytest.mark.django_db


def stored(name: str) -> tuple[Path, Instance]:
    path = Path(str(get_testdata_file(name, download=False)))
    with path.open("rb") as stream:
        instance = instance_ingest(stream=stream, source_ae_title="TEST", door="dicom").instance
    assert instance is not None
    return path, instance


@pytest.mark.parametrize("syntax", [EXPLICIT_LITTLE, IMPLICIT_LITTLE])
@pytest.mark.parametrize(
    "name",
    [
        "MR_small_bigendian.dcm", "SC_rgb_small_odd_big_endian.dcm", "ExplVR_BigEnd.dcm", "rtdose_expb.dcm", "liver_expb_1frame.dcm",
        "J2K_pixelrep_mismatch.dcm", "MR_small_RLE.dcm", "MR_small_jpeg_ls_lossless.dcm", "SC_rgb_rle_2frame.dcm", "image_dfl.dcm",
        "SC_rgb_jpeg_dcmtk.dcm",
    ],
)  # fmt: skip
def test_every_coding_can_be_sent_plain(name: str, syntax: str) -> None:
    path, instance = stored(name)
    sent = dcmread(io.BytesIO(file_as(instance, syntax)))
    assert sent.file_meta.TransferSyntaxUID == syntax
    assert np.array_equal(sent.pixel_array, dcmread(path).pixel_array)
    assert sent.SOPInstanceUID == instance.sop_instance_uid
    assert file_as(instance, syntax).endswith(dataset_as(instance, syntax).read())


def test_twelve_bit_jpeg_can_be_sent_plain() -> None:
    _path, instance = stored("JPEG-lossy.dcm")
    pixels = dcmread(io.BytesIO(file_as(instance, EXPLICIT_LITTLE))).pixel_array
    assert (pixels.shape, pixels.dtype) == ((1024, 256), np.dtype("<u2"))


def test_what_was_ever_a_number_is_the_same_number() -> None:
    path, instance = stored("rtdose_expb.dcm")
    before, after = dcmread(path), dcmread(io.BytesIO(file_as(instance, EXPLICIT_LITTLE)))
    del before.PixelData, after.PixelData
    assert before == after


def test_what_cannot_be_decoded_is_said() -> None:
    ds = pictures.slice_of(1)
    ds.compress("1.2.840.10008.1.2.5", generate_instance_uid=False)
    ds.PixelData = ds.PixelData[:100] + bytes(len(ds.PixelData) - 100)
    instance = pictures.send(ds).instance
    assert instance is not None
    with pytest.raises(CannotDecode):
        file_as(instance, EXPLICIT_LITTLE)
    with pytest.raises(CannotDecode):
        file_as(instance, "1.2.840.10008.1.2.4.90")
