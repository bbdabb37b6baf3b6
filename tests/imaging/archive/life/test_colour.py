"""Colour becomes HTJ2K and every way out gives the colours that came in: a frame of known samples through each of them.

Not covered: the wire (tests/interop/test_retrieve.py), a browser (tests/e2e/test_pictures.py), palettes, which stay as they are.
"""

import hashlib
import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.dataset import Dataset
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
from imaging.archive.pictures.thumbnails import middle_frame, thumbnail, thumbnail_path, thumbnails_forget
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
    content = as_bytes(ds)
    at, end = content.index(b"\x28\0\2\0US"), content.index(b"\xe0\x7f\x10\0")
    counted = b"\x28\0\0\0UL\4\0" + struct.pack("<L", end - at)
    instance = send_bytes(content[:at] + counted + content[at:])
    instance_compress(instance=instance, pace=Pace(10**12))
    held = Instance.objects.get()
    whole = b"".join(file_chunks(held))
    begin, end = whole.index(counted[:8]), whole.index(b"\xe0\x7f\x10\0")
    assert struct.unpack_from("<L", whole, begin + 8)[0] == end - begin - 12


def as_bytes(ds: Dataset) -> bytes:
    target = io.BytesIO()
    ds.save_as(target, enforce_file_format=True)
    return target.getvalue()


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


def received(frames: list[bytes], **attributes: Any) -> Instance:
    """In HTJ2K, as somebody sends it."""
    ds = colour_picture(colours(len(frames)), "YBR_RCT", PixelData=encapsulate(frames), **attributes)
    ds["PixelData"].VR, ds["PixelData"].is_undefined_length = "OB", True
    ds.file_meta.TransferSyntaxUID = HTJ2KLosslessRPCL
    instance = send(ds).instance
    assert instance is not None
    return instance


def sized(code: bytes, rows: int, columns: int) -> bytes:
    """The same codestream with another size in its SIZ marker (ISO/IEC 15444-1 A.5.1)."""
    at = code.index(b"\xff\x51") + 6
    return code[:at] + struct.pack(">LL", columns, rows) + code[at + 8 :]


BOMBS = {
    "far larger than it says": sized(htj2k_encode(colours(1)[0]), 60_000, 60_000),
    "as large as numbers go": sized(htj2k_encode(colours(1)[0]), 2**32 - 1, 2**32 - 1),
    "smaller than it says": htj2k_encode(colours(1)[0][:8, :8].copy()),
    "grey": htj2k_encode(colours(1)[0][..., 0].copy()),
    "cut off": htj2k_encode(colours(1)[0])[:300],
    "nothing": b"\xff\x4f\xff\x51",
}


class TestHostile:
    @pytest.mark.parametrize("kind", BOMBS)
    def test_a_colour_bomb_is_refused_and_costs_one_picture(self, kind: str) -> None:
        bad, good = received([BOMBS[kind]]), received([htj2k_encode(colours(1)[0])])
        for ending, accept in (("rendered", "image/png"), ("frames/1", 'multipart/related; type="application/octet-stream"')):
            answer = web().get(f"{path_of(bad)}/{ending}", accept)
            assert answer.status_code == 406, (ending, kind)
            assert web().get(f"{path_of(good)}/{ending}", accept).status_code == 200
        assert web().get(f"{path_of(bad)}/thumbnail", "image/jpeg").status_code == 406

    def test_a_picture_that_would_not_fit_in_memory_is_not_tried(self) -> None:
        instance = received([BOMBS["far larger than it says"]], Rows=60_000, Columns=60_000)
        assert web().get(f"{path_of(instance)}/rendered", "image/png").status_code == 406

    @pytest.mark.parametrize(("columns", "size"), [(127, 65 * 127 * 2), (127, 65 * 128 * 2), (126, 65 * 126 * 2 - 5), (1, 4)])
    def test_subsampled_colour_of_odd_width_is_shown_or_refused_in_words(self, columns: int, size: int) -> None:
        """PS3.3 C.7.6.3.1.2: two pixels share their colours, so that an odd width cannot be."""
        ds = colour_picture(colours(1, columns=columns), "YBR_FULL_422", PixelData=bytes(size + size % 2))
        instance = send(ds).instance
        assert instance is not None
        with pytest.raises(LeftAlone):
            instance_compress(instance=instance, pace=Pace(10**12))
        for ending in ("rendered", "thumbnail", "frames/1"):
            answer = web().get(f"{path_of(instance)}/{ending}", "*/*")
            assert answer.status_code in {200, 404, 406}, ending

    @pytest.mark.parametrize("planes", [0, 1])
    @pytest.mark.parametrize("length", [-200, -65 * 127 * 3, -2, 2, 200])
    def test_pixels_longer_or_shorter_than_they_say_stay_as_they_are(self, planes: int, length: int) -> None:
        data = colour_picture(colours(FRAMES), planes=planes).PixelData
        data = data + bytes(length) if length > 0 else data[:length]
        instance = stored("RGB", planes, PixelData=data + bytes(len(data) % 2))
        before = b"".join(file_chunks(instance))
        with pytest.raises(LeftAlone):
            instance_compress(instance=instance, pace=Pace(10**12))
        held = Instance.objects.get()
        assert (held.path, b"".join(file_chunks(held))) == (instance.path, before)
        assert web().get(f"{path_of(held)}/frames/1/rendered", "image/png").status_code == 200

    def test_padding_behind_the_pixels_is_no_reason(self) -> None:
        instance = stored("RGB", 1, DataSetTrailingPadding=bytes(64))
        instance_compress(instance=instance, pace=Pace(10**12))
        assert Instance.objects.get().transfer_syntax_uid == HTJ2KLosslessRPCL

    def test_run_lengths_that_are_none_stay_as_they_are(self) -> None:
        ds = colour_picture(colours(1))
        ds.compress(RLELossless, encoding_plugin="pylibjpeg", generate_instance_uid=False)
        ds.PixelData = ds.PixelData[:90] + bytes(len(ds.PixelData) - 90)
        instance = send(ds).instance
        assert instance is not None
        with pytest.raises(LeftAlone, match="cannot be decoded"):
            instance_compress(instance=instance, pace=Pace(10**12))

    def test_two_names_for_the_colours_are_no_name(self) -> None:
        """An element that comes twice: whatever readers make of it, nothing of it is changed."""
        content = as_bytes(colour_picture(colours(FRAMES)))
        at = content.index(b"\x28\0\4\0CS")
        instance = send_bytes(content[:at] + b"\x28\0\4\0CS\4\0RGB " + content[at:])
        with pytest.raises(LeftAlone):
            instance_compress(instance=instance, pace=Pace(10**12))


def test_what_is_kept_of_a_picture_goes_with_it() -> None:
    """Small pictures that were drawn before it was compressed are found when the image is deleted."""
    instance = stored("RGB", 0)
    drawn = thumbnail(instance, 2)
    instance_compress(instance=instance, pace=Pace(10**12))
    held = Instance.objects.select_related("metadata").get()
    assert not thumbnail_path(instance, 2).exists()
    assert thumbnail_path(held, 2).read_bytes() == drawn
    thumbnails_forget(held)
    assert not thumbnail_path(held, 2).exists()


def test_an_object_that_claims_more_frames_than_it_has_costs_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr("imaging.archive.pictures.thumbnails.thumbnail_path", lambda one, frame: asked.append(frame) or Path("/nowhere"))
    instance = stored("RGB", 0, NumberOfFrames=2_000_000_000)
    assert middle_frame(instance) == 2
    thumbnails_forget(instance)
    assert asked == [1, 2, 3]
