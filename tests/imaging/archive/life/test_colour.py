"""Colour becomes HTJ2K and every way out gives the colours that came in: a frame of known samples through each of them.

Not covered: the wire (tests/interop/test_retrieve.py), a browser (tests/e2e/test_pictures.py), palettes, which stay as they are.
"""

import hashlib
import io
import struct
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.encaps import encapsulate
from pydicom.pixels import convert_color_space, pixel_array
from pydicom.uid import ExplicitVRLittleEndian, HTJ2KLosslessRPCL, ImplicitVRLittleEndian, RLELossless, generate_uid

from imaging.archive.commitment import file_is_whole
from imaging.archive.intake.ingest import instance_ingest
from imaging.archive.life.compression import LeftAlone, instance_compress
from imaging.archive.life.duties import Pace
from imaging.archive.models import Instance
from imaging.archive.pictures.encoders import ENCODERS, htj2k_encode
from imaging.archive.pictures.pixels import file_chunks, file_of, frame_decode, frame_read, header_for_pixels
from imaging.archive.pictures.rendering import PNG, render
from imaging.archive.pictures.thumbnails import thumbnail
from imaging.archive.pictures.transcode import TARGETS, dataset_as, file_as
from tests import people
from tests.imaging.dicomweb.clients import Web, content, parts
from tests.imaging.dicomweb.test_wado import path_of
from tests.imaging.pictures import colour_picture, colours, send

pytestmark = pytest.mark.django_db
FRAMES = 3
FORMS = [("RGB", 0), ("RGB", 1), ("YBR_FULL", 0), ("YBR_FULL", 1)]
every_form = pytest.mark.parametrize(("photometric", "planes"), FORMS)


def stored(photometric: str, planes: int, syntax: str = ExplicitVRLittleEndian, **attributes: Any) -> Instance:
    ds = colour_picture(colours(FRAMES), photometric, planes, **attributes)
    if syntax == RLELossless:
        ds.compress(RLELossless, encoding_plugin="pylibjpeg", generate_instance_uid=False)
    ds.file_meta.TransferSyntaxUID = syntax
    instance = send(ds).instance
    assert instance is not None
    return instance


def compressed(planes: int, syntax: str = ExplicitVRLittleEndian) -> Instance:
    instance_compress(instance=stored("RGB", planes, syntax), pace=Pace(10**12))
    held = Instance.objects.select_related("metadata", "series__study").get()
    assert held.transfer_syntax_uid == HTJ2KLosslessRPCL
    return held


def coded(photometric: str, planes: int) -> Instance:
    """In HTJ2K: RGB compressed here; YBR_FULL as others send it, now and then with a Planar Configuration that is not true of it."""
    if photometric == "RGB":
        return compressed(planes)
    ds = colour_picture(colours(FRAMES), photometric, planes)
    ds.PixelData = encapsulate([htj2k_encode(frame, photometric) for frame in colours(FRAMES)])
    ds["PixelData"].VR, ds["PixelData"].is_undefined_length = "OB", True
    ds.file_meta.TransferSyntaxUID = HTJ2KLosslessRPCL
    instance = send(ds).instance
    assert instance is not None
    return instance


def seen(photometric: str) -> np.ndarray:
    """The red, green and blue that a reader has to see."""
    values = colours(FRAMES)
    return convert_color_space(values, "YBR_FULL", "RGB") if photometric == "YBR_FULL" else values


def web() -> Web:
    return Web(people.radiologist())


@pytest.mark.parametrize("planes", [0, 1])
def test_the_file_says_what_its_coding_is_and_holds_every_sample(planes: int) -> None:
    held = compressed(planes)
    assert held.size_bytes < colours(FRAMES).size * 0.6
    assert file_is_whole(held)
    ds = dcmread(file_of(held))
    assert (ds.PhotometricInterpretation, ds.PlanarConfiguration, ds.NumberOfFrames) == ("YBR_RCT", 0, FRAMES)
    values = pixel_array(ds, raw=True)
    assert np.array_equal(values, colours(FRAMES))
    code = frame_read(held, 1)
    style = code.index(b"\xff\x52")
    assert (code[style + 5], code[style + 8]) == (2, 1)  # RPCL, with the transform for colours


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
@pytest.mark.parametrize("planes", [0, 1])
def test_what_came_can_be_had_again_to_the_last_byte(planes: int, syntax: str) -> None:
    held = compressed(planes, syntax)
    with dataset_as(held, syntax) as again:
        assert hashlib.sha256(again.read()).hexdigest() == held.dataset_sha256
    back = b"".join(file_as(held, syntax))
    assert send(dcmread(io.BytesIO(back))).status.value == "duplicate"


def test_run_lengths_are_compressed_too() -> None:
    plain = dcmread(io.BytesIO(b"".join(file_as(compressed(0, RLELossless), ExplicitVRLittleEndian))))
    assert plain.PhotometricInterpretation == "RGB"
    assert np.array_equal(pixel_array(plain, raw=True), colours(FRAMES))


@pytest.mark.parametrize("syntax", TARGETS)
@every_form
def test_receivers_of_every_coding_see_the_colours(photometric: str, planes: int, syntax: str) -> None:
    """C-MOVE, C-GET, WADO-RS and WADO-URI send what `file_as` gives."""
    sent = dcmread(io.BytesIO(b"".join(file_as(coded(photometric, planes), syntax))))
    assert sent.file_meta.TransferSyntaxUID == syntax
    transformed = photometric == "RGB" and syntax.startswith(("1.2.840.10008.1.2.4.9", "1.2.840.10008.1.2.4.20"))
    assert sent.PhotometricInterpretation == ("YBR_RCT" if transformed else photometric)
    assert sent.PlanarConfiguration == (0 if syntax in ENCODERS else planes)
    assert np.array_equal(pixel_array(sent, raw=False), seen(photometric))


@every_form
def test_the_lossless_way_keeps_samples_also_of_what_was_never_compressed_here(photometric: str, planes: int) -> None:
    instance = stored(photometric, planes)
    for syntax in TARGETS:
        sent = dcmread(io.BytesIO(b"".join(file_as(instance, syntax))))
        assert np.array_equal(pixel_array(sent, raw=False), seen(photometric)), syntax
    lengths = stored("YBR_FULL", 0, RLELossless, SOPInstanceUID=generate_uid())
    plain = dcmread(io.BytesIO(b"".join(file_as(lengths, ExplicitVRLittleEndian))))
    assert np.array_equal(pixel_array(plain, raw=True), colours(FRAMES))


def plain_of(body: bytes, told: dict[str, Any]) -> np.ndarray:
    """What a client makes of a plain frame that believes the metadata."""
    rows, columns = told["00280010"]["Value"][0], told["00280011"]["Value"][0]
    shape = (3, rows, columns) if told["00280006"]["Value"][0] else (rows, columns, 3)
    values = np.frombuffer(body, "u1").reshape(shape)
    values = np.moveaxis(values, 0, -1) if shape[0] == 3 else values
    photometric = told["00280004"]["Value"][0]
    return convert_color_space(values, "YBR_FULL", "RGB") if photometric == "YBR_FULL" else values


@pytest.mark.parametrize("is_compressed", [True, False])
@every_form
def test_frames_over_the_web_are_what_the_metadata_say(photometric: str, planes: int, is_compressed: bool) -> None:
    instance = (coded if is_compressed else stored)(photometric, planes)
    told = web().json(f"{path_of(instance)}/metadata")[0]
    for number in range(1, FRAMES + 1):
        [(_kind, body)] = parts(web().get(f"{path_of(instance)}/frames/{number}", 'multipart/related; type="application/octet-stream"'))
        assert np.array_equal(plain_of(body, told), seen(photometric)[number - 1])
    assert told["00280006"]["Value"] == [0 if is_compressed else planes]  # nothing that is coded so lies plane by plane


@every_form
def test_frames_come_in_every_media_type(photometric: str, planes: int) -> None:
    held = coded(photometric, planes)
    for kind in ("image/jphc", "image/jls", "image/jp2", "image/dicom-rle"):
        sent = parts(web().get(f"{path_of(held)}/frames/2", f'multipart/related; type="{kind}"'))
        assert sent[0][0].startswith(kind)
    assert parts(web().get(f"{path_of(held)}/frames/2", 'multipart/related; type="application/octet-stream"; transfer-syntax=*'))[0][
        1
    ] == frame_read(held, 2)


@every_form
def test_pictures_for_people_have_the_colours(photometric: str, planes: int) -> None:
    held = coded(photometric, planes)
    for drawn in (render(held, 2, media_type=PNG), content(web().get(f"{path_of(held)}/frames/2/rendered", "image/png"))):
        assert np.array_equal(np.asarray(Image.open(io.BytesIO(drawn)).convert("RGB")), seen(photometric)[1])
    small = np.asarray(Image.open(io.BytesIO(thumbnail(held, 2))).convert("RGB")).astype(int)
    wanted = np.asarray(Image.fromarray(seen(photometric)[1]).resize(small.shape[1::-1], Image.Resampling.BICUBIC)).astype(int)
    assert np.abs(small - wanted).mean() < 8


def test_the_length_of_a_group_follows() -> None:
    """Old devices count the bytes of group 0028, and some readers believe them."""
    ds = colour_picture(colours(FRAMES))
    target = io.BytesIO()
    ds.save_as(target, enforce_file_format=True)
    content = target.getvalue()
    at, end = content.index(b"\x28\0\2\0US"), content.index(b"\xe0\x7f\x10\0")
    counted = b"\x28\0\0\0UL\4\0" + struct.pack("<L", end - at)
    instance = send_bytes(content[:at] + counted + content[at:])
    instance_compress(instance=instance, pace=Pace(10**12))
    held = Instance.objects.get()
    whole = b"".join(file_chunks(held))
    begin, end = whole.index(counted[:8]), whole.index(b"\xe0\x7f\x10\0")
    assert struct.unpack_from("<L", whole, begin + 8)[0] == end - begin - 12


def send_bytes(content: bytes) -> Instance:
    instance = instance_ingest(stream=io.BytesIO(content), source_ae_title="US1", door="dicom").instance
    assert instance is not None
    return instance


LEFT: dict[str, dict[str, Any]] = {
    "another colour space": {"PhotometricInterpretation": "YBR_FULL"},
    "subsampled": {"PhotometricInterpretation": "YBR_FULL_422"},
    "16 bits": {"BitsAllocated": 16, "BitsStored": 16, "HighBit": 15, "NumberOfFrames": 1},
    "signed": {"PixelRepresentation": 1},
    "colours that are none": {"PhotometricInterpretation": "MONOCHROME2"},
    "no word on how samples lie": {"PlanarConfiguration": None},
    "shorter than it says": {"Columns": 128},
}


@pytest.mark.parametrize("kind", LEFT)
def test_what_is_not_understood_for_certain_stays(kind: str) -> None:
    instance = stored("RGB", 0, **LEFT[kind])
    before = b"".join(file_chunks(instance))
    with pytest.raises(LeftAlone):
        instance_compress(instance=instance, pace=Pace(10**12))
    held = Instance.objects.get()
    assert (held.path, b"".join(file_chunks(held))) == (instance.path, before)


def test_a_coder_that_swaps_colours_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    swapped = "imaging.archive.life.compression.htj2k_encode"
    monkeypatch.setattr(swapped, lambda values, photometric: htj2k_encode(np.ascontiguousarray(values[..., ::-1]), photometric))
    instance = stored("RGB", 0)
    with pytest.raises(LeftAlone, match="bit for bit"):
        instance_compress(instance=instance, pace=Pace(10**12))
    assert Instance.objects.get().path == instance.path


def test_who_read_the_row_before_and_the_header_after_sees_the_same() -> None:
    """A picture that is being drawn while its file is exchanged: the old file is still there, and its description too."""
    before = stored("RGB", 1)
    instance_compress(instance=before, pace=Pace(10**12))
    old = Instance.objects.get()
    old.path, old.transfer_syntax_uid, old.frame_offsets = before.path, before.transfer_syntax_uid, before.frame_offsets
    assert np.array_equal(frame_decode(old, 1, header_for_pixels(old)), colours(FRAMES)[0])
