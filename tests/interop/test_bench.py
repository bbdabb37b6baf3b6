"""The benchmark's own client against our server, so that it still measures what it says. Not covered: its figures."""

import pytest
from pydicom.uid import CTImageStorage

from imaging.archive.models import Instance
from imaging.dimse.server import DicomServer
from tests.bench.__main__ import ask_for_worklist, slice_of_noise, store_all
from tests.bench.client import Client

pytestmark = pytest.mark.interop


def test_what_it_stores_is_there(dicom: DicomServer) -> None:
    with Client(dicom.port, CTImageStorage) as client:
        store_all(client, [("1.2.3.3000000000", slice_of_noise())])
    assert Instance.objects.get().sop_instance_uid == "1.2.3.3000000000"


def test_it_counts_the_worklist(dicom: DicomServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.bench.__main__.QUESTIONS", 2)
    ask_for_worklist(dicom.port)
    assert "worklist C-FIND, 0 matches" in capsys.readouterr().out


def test_a_refusal_ends_it(dicom: DicomServer) -> None:
    with pytest.raises(SystemExit, match="A900"), Client(dicom.port, CTImageStorage) as client:
        store_all(client, [("1.2.3.4", slice_of_noise())])
