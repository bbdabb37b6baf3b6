"""Segmentations that are maps of labels (PS3.3 2024, SegmentationType LABELMAP): taken, told and given to the viewer.

Not covered: how the browser draws them (tests/e2e/test_plane_overlays.py).
"""

import gzip
from typing import Any

import numpy as np
import pytest
from pydicom.uid import ExplicitVRLittleEndian, RLELossless

from imaging.access.models import AuditEvent
from imaging.archive.models import Instance
from imaging.viewer.display_sets import display_sets
from imaging.viewer.objects.kinds import LABEL_MAP
from tests import people
from tests.imaging.viewer.objects import foreign
from tests.imaging.viewer.objects.marked import marked_study, slices
from tests.imaging.viewer.objects.test_reading import says
from tests.rest import call, fault

pytestmark = pytest.mark.django_db


def masks(count: int = 3, segments: int = 2) -> np.ndarray:
    made = np.zeros((count, 128, 128, segments), np.uint8)
    made[1, 10:20, 30:50, 0] = made[1, 50:55, 60:70, 1] = made[2, 10:20, 30:50, 1] = 1
    return made


def sent(change: Any = None, **options: Any) -> tuple[dict[str, Any], list[Instance], str]:
    """What is told of one, the pictures, and where its labels are."""
    study = marked_study(3)
    pictures = slices(study)
    ds = foreign.segmentation([foreign.read(one) for one in pictures], masks(), kind="LABELMAP", **options)
    assert ds.SOPClassUID == LABEL_MAP
    if change is not None:
        change(ds)
    told = says(study, ds)
    [shown] = [one for one in display_sets(study, root="") if one["modality"] == "SEG"]
    assert shown["kind"] == "segmentation"
    return told, pictures, f"/api/studies/{study.study_instance_uid}/overlays/{told['uid']}/"


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, RLELossless])
def test_its_planes_are_those_of_all_segments_and_its_labels_come_at_once(syntax: str) -> None:
    told, pictures, address = sent(transfer_syntax_uid=syntax)
    assert told["problem"] == ""
    assert [(one["number"], one["label"], one["planes"]) for one in told["segments"]] == [(1, "Lesion 1", []), (2, "Lesion 2", [])]
    place = {one.sop_instance_uid: at for at, one in enumerate(pictures)}
    order = [place[plane["instance"]] for plane in told["planes"]]
    assert [plane["position"] for plane in told["planes"]] == [[0, 0, 2 + 2 * at] for at in order]
    answer = call(people.radiologist()).get(address)
    kind = np.dtype({1: "u1", 2: "<u2"}[told["labelBytes"]])
    labels = np.frombuffer(answer.content, kind).reshape(len(order), 128, 128)
    wanted = masks()[..., 0] + 2 * masks()[..., 1]
    assert (labels == wanted[order]).all()


def test_who_can_unpack_gets_them_packed() -> None:
    _told, _pictures, address = sent()
    plain = call(people.radiologist()).get(address)
    packed = call(people.radiologist()).get(address, headers={"accept-encoding": "gzip, br"})
    assert (packed["Content-Encoding"], gzip.decompress(packed.content)) == ("gzip", plain.content)
    assert len(packed.content) < len(plain.content) / 10


def test_what_the_browser_holds_is_not_sent_again_but_asked_for_and_told_of() -> None:
    _told, _pictures, address = sent()
    packing = {"accept-encoding": "gzip"}
    plain, packed = call(people.radiologist()).get(address), call(people.radiologist()).get(address, headers=packing)
    assert plain["ETag"] != packed["ETag"]
    assert "Accept-Encoding" in packed["Vary"]
    again = call(people.resident()).get(address, headers=packing | {"if-none-match": packed["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", packed["ETag"])
    assert AuditEvent.objects.filter(act="images.view", user=people.resident()).exists()
    stranger = call(people.staff("clinician", "other")).get(address, headers=packing | {"if-none-match": packed["ETag"]})
    assert stranger.status_code == 404


def test_plain_they_come_only_as_far_as_they_are_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imaging.viewer.objects.packing.LARGEST", 1000)
    _told, _pictures, address = sent()
    assert fault(call(people.radiologist()).get(address)) == (400, "invalid-input")
    assert call(people.radiologist()).get(address, headers={"accept-encoding": "gzip"}).status_code == 200


def test_a_background_that_is_called_a_segment_is_none() -> None:
    def with_background(ds: Any) -> None:
        next(one for one in ds.SegmentSequence if one.SegmentNumber == 1).SegmentNumber = 0

    told, _pictures, _address = sent(with_background)
    assert [one["number"] for one in told["segments"]] == [2]


def test_only_a_background_is_no_segment() -> None:
    def empty(ds: Any) -> None:
        ds.SegmentSequence = ds.SegmentSequence[:1]
        ds.SegmentSequence[0].SegmentNumber = 0

    told, _pictures, _address = sent(empty)
    assert "no segment" in told["problem"]


def test_its_own_palette_gives_the_colours() -> None:
    def palette(ds: Any) -> None:
        ds.PhotometricInterpretation = "PALETTE COLOR"
        for name, entries in (("Red", (0, 255, 16)), ("Green", (0, 0, 32)), ("Blue", (0, 128, 48))):
            setattr(ds, f"{name}PaletteColorLookupTableDescriptor", [3, 0, 8])
            setattr(ds, f"{name}PaletteColorLookupTableData", bytes(entries) + b"\0")
        for item in ds.SegmentSequence:
            del item.RecommendedDisplayCIELabValue

    told, _pictures, address = sent(palette)
    assert [one["colour"] for one in told["segments"]] == ["#ff0080", "#102030"]
    assert set(np.frombuffer(call(people.radiologist()).get(address).content, "u1")) == {0, 1, 2}


def test_who_may_not_see_it_gets_nothing() -> None:
    _told, _pictures, address = sent()
    assert call(people.clinician()).get(address).status_code == 404
    assert call(people.cashier()).get(address).status_code == 403
