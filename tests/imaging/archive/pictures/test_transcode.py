"""Objects of every coding as a receiver of plain data sets gets them. Not covered: video, which stays as it is."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.pixels import pixel_array

from imaging.archive.intake.ingest import instance_ingest
from imaging.archive.models import Instance
from imaging.archive.pictures.encoders import ENCODERS
from imaging.archive.pictures.pixels import CannotDecode
from imaging.archive.pictures.transcode import DEFLATED, EXPLICIT_LITTLE, IMPLICIT_LITTLE, PIXEL_DATA, dataset_as, file_as
from tests.imaging import pictures

pytestmark = pytest.mark.django_db


def whole(instance: Instance, syntax: str) -> bytes:
    return b"".join(file_as(instance, syntax))


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
    sent = dcmread(io.BytesIO(whole(instance, syntax)))
    assert sent.file_meta.TransferSyntaxUID == syntax
    assert np.array_equal(sent.pixel_array, dcmread(path).pixel_array)
    assert sent.SOPInstanceUID == instance.sop_instance_uid
    assert whole(instance, syntax).endswith(dataset_as(instance, syntax).read())


def test_twelve_bit_jpeg_can_be_sent_plain() -> None:
    _path, instance = stored("JPEG-lossy.dcm")
    pixels = dcmread(io.BytesIO(whole(instance, EXPLICIT_LITTLE))).pixel_array
    assert (pixels.shape, pixels.dtype) == ((1024, 256), np.dtype("<u2"))


def test_what_was_ever_a_number_is_the_same_number() -> None:
    path, instance = stored("rtdose_expb.dcm")
    before, after = dcmread(path), dcmread(io.BytesIO(whole(instance, EXPLICIT_LITTLE)))
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
        file_as(instance, "1.2.840.10008.1.2.4.57")


@pytest.mark.parametrize("syntax", [*ENCODERS, DEFLATED])
@pytest.mark.parametrize(
    "name",
    [
        "CT_small.dcm", "MR_small_RLE.dcm", "MR_small_bigendian.dcm", "SC_rgb_rle_2frame.dcm", "examples_palette.dcm", "image_dfl.dcm",
        "JPEG-lossy.dcm",
    ],
)  # fmt: skip
def test_every_lossless_coding_gives_the_same_values(name: str, syntax: str) -> None:
    _path, instance = stored(name)
    sent = dcmread(io.BytesIO(whole(instance, syntax)))
    plain = dcmread(io.BytesIO(whole(instance, EXPLICIT_LITTLE)))
    assert sent.file_meta.TransferSyntaxUID == syntax
    assert np.array_equal(pixel_array(sent, raw=False), pixel_array(plain, raw=False))
    del sent[PIXEL_DATA], plain[PIXEL_DATA]
    colours = sent.pop("PhotometricInterpretation"), plain.pop("PhotometricInterpretation")
    assert colours[0] == colours[1] or (colours[0].value, colours[1].value) == ("YBR_RCT", "RGB")
    assert sent == plain


def test_what_one_object_takes_of_memory_does_not_grow_with_its_frames(settings: Any) -> None:
    settings.TRANSCODE_MEMORY_BYTES = 1000
    _path, instance = stored("SC_rgb_rle_2frame.dcm")
    with dataset_as(instance, EXPLICIT_LITTLE) as sent:
        assert not isinstance(sent._file, io.BytesIO)  # type: ignore[attr-defined]


def test_an_object_without_a_picture_can_be_sent_plain_and_deflated_but_not_compressed() -> None:
    instance = pictures.send(
        pictures.slice_of(1, SOPClassUID="1.2.840.10008.5.1.4.1.1.88.11", PixelData=None, Rows=None, Columns=None)
    ).instance
    assert instance is not None
    for syntax in (IMPLICIT_LITTLE, DEFLATED):
        assert dcmread(io.BytesIO(whole(instance, syntax))).SOPInstanceUID == instance.sop_instance_uid
    with pytest.raises(CannotDecode):
        file_as(instance, next(iter(ENCODERS)))
