"""C-ECHO and C-STORE by programs that others wrote. Not covered: speed (`make bench`) and hostile peers (test_hostile.py)."""

from pathlib import Path

import pytest
from django.conf import LazySettings
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid
from pynetdicom import AE, association

from imaging.archive.models import Instance, IntegrityCase, Study
from imaging.archive.pictures.pixels import frame_read
from imaging.dimse.models import RemoteNode
from imaging.dimse.server import DicomServer
from tests.imaging.archive.objects import as_file, ct_slice
from tests.interop.dicom_server import dcmtk, dialled

PRIVATE_CLASS = "1.3.12.2.1107.5.9.1"


def at(server: DicomServer) -> list[str]:
    return ["-aec", "LIGHTBOX", "127.0.0.1", str(server.port)]


def written(folder: Path, **attributes: object) -> Path:
    path = folder / f"{generate_uid()}.dcm"
    path.write_bytes(as_file(ct_slice(**attributes)).read())
    return path


def store(server: DicomServer, *datasets: object, sop_class: str = CTImageStorage, calling: str = "CT1") -> list[int]:
    """The statuses of storing `datasets` by pynetdicom, one association."""
    ae = AE(calling)
    ae.add_requested_context(sop_class, ExplicitVRLittleEndian)
    assoc = dialled(ae, server.port)
    assert assoc.is_established
    statuses = [int(assoc.send_c_store(ds).Status) for ds in datasets]
    assoc.release()
    return statuses


def test_dcmtk_echo(dicom: DicomServer) -> None:
    dcmtk("echoscu", *at(dicom))


def test_a_wrong_called_title_is_refused(dicom: DicomServer) -> None:
    said = dcmtk("echoscu", "-aec", "SOMEONE", "127.0.0.1", str(dicom.port), check=False)
    assert "Called AE Title Not Recognized" in said


def test_dcmtk_stores(dicom: DicomServer, tmp_path: Path) -> None:
    study = generate_uid()
    files = [written(tmp_path, StudyInstanceUID=study) for _ in range(3)]
    dcmtk("storescu", *at(dicom), *map(str, files))
    assert Study.objects.get().instance_count == 3
    assert frame_read(Instance.objects.first(), 1) == bytes(range(32))


def test_many_objects_on_one_association(dicom: DicomServer) -> None:
    study, series = generate_uid(), generate_uid()
    slices = [ct_slice(StudyInstanceUID=study, SeriesInstanceUID=series, InstanceNumber=number) for number in range(1, 21)]
    assert store(dicom, *slices) == [0] * 20
    assert Study.objects.get().instance_count == 20


def test_storing_twice_is_success_and_one_copy(dicom: DicomServer) -> None:
    ds = ct_slice()
    assert store(dicom, ds, ds) == [0, 0]
    assert Instance.objects.count() == 1


def test_other_content_is_kept_for_a_person(dicom: DicomServer) -> None:
    first = ct_slice()
    second = ct_slice(
        SOPInstanceUID=first.SOPInstanceUID, StudyInstanceUID=first.StudyInstanceUID, SeriesInstanceUID=first.SeriesInstanceUID
    )
    second.PixelData = bytes(32)
    assert store(dicom, first, second) == [0, 0]
    assert IntegrityCase.objects.filter(kind="content").count() == 1


def test_a_command_that_names_another_object_is_a900(dicom: DicomServer, monkeypatch: pytest.MonkeyPatch) -> None:
    ds = ct_slice()
    encoded = association.encode
    monkeypatch.setattr(association, "encode", lambda dataset, *how: encoded(ct_slice(), *how))
    assert store(dicom, ds) == [0xA900]
    assert Instance.objects.count() == 0


def test_no_room_is_a700_and_echo_still_works(dicom: DicomServer, settings: LazySettings) -> None:
    settings.STORAGE_RESERVE_BYTES = 1 << 62
    assert store(dicom, ct_slice()) == [0xA700]
    dcmtk("echoscu", *at(dicom))
    settings.STORAGE_RESERVE_BYTES = 0
    assert store(dicom, ct_slice()) == [0]


def test_an_object_without_a_study_is_c000(dicom: DicomServer) -> None:
    assert store(dicom, ct_slice(StudyInstanceUID=None)) == [0xC000]


def test_a_private_class_is_kept_as_received(dicom: DicomServer) -> None:
    assert store(dicom, ct_slice(SOPClassUID=PRIVATE_CLASS), sop_class=PRIVATE_CLASS) == [0]
    assert Instance.objects.get().sop_class_uid == PRIVATE_CLASS


class TestUntrustedNetwork:
    @pytest.fixture(autouse=True)
    def _untrusted(self, settings: LazySettings) -> None:
        settings.DICOM_TRUST_LOOPBACK = False

    def test_an_unknown_title_is_refused(self, dicom: DicomServer) -> None:
        said = dcmtk("echoscu", *at(dicom), check=False)
        assert "Calling AE Title Not Recognized" in said

    def test_a_known_title_from_elsewhere_is_refused(self, dicom: DicomServer) -> None:
        RemoteNode.objects.create(ae_title="ECHOSCU", host="192.0.2.7", may_store=True)
        assert "Calling AE Title Not Recognized" in dcmtk("echoscu", *at(dicom), check=False)

    def test_a_node_may_do_only_what_it_was_given(self, dicom: DicomServer) -> None:
        RemoteNode.objects.create(ae_title="CT1", host="127.0.0.1", may_worklist=True)
        assert store(dicom, ct_slice()) == [0x0124]
        RemoteNode.objects.update(may_store=True)
        assert store(dicom, ct_slice()) == [0]
