"""The benchmark's own client against our server, so that it still measures what it says. Not covered: its figures, and the peers."""

import pytest
from pydicom.uid import CTImageStorage

from imaging.archive.models import Instance
from imaging.dimse.server import DicomServer
from tests.bench import search, worklist
from tests.bench.client import Client
from tests.bench.objects import Stack
from tests.bench.rows import STUDIES_EACH_DAY
from tests.bench.servers import Server
from tests.bench.store import rate, store_all
from tests.bench.table import Better, Table, times_better

pytestmark = pytest.mark.interop


def test_what_it_stores_is_there(dicom: DicomServer) -> None:
    stack = Stack(7, 4)
    assert rate(Server("Lightbox", "LIGHTBOX", dicom.port), stack, senders=2) > 0
    assert set(Instance.objects.values_list("sop_instance_uid", flat=True)) == {uid for uid, _data in stack.objects()}
    assert set(Instance.objects.values_list("series__study__study_instance_uid", flat=True)) == {stack.study}


def test_it_counts_the_worklist(dicom: DicomServer) -> None:
    nobody = worklist.Question("patient", worklist.by_patient, 0)
    assert len(worklist.ask(Server("Lightbox", "LIGHTBOX", dicom.port), nobody, 10, 0)) == worklist.QUESTIONS
    with pytest.raises(SystemExit, match="found 0 instead of 1"):
        worklist.ask(Server("Lightbox", "LIGHTBOX", dicom.port), worklist.QUESTIONS_ASKED[0], 10, 0)


def test_it_finds_what_it_sent(dicom: DicomServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "QUESTIONS", 3)
    server = Server("Lightbox", "LIGHTBOX", dicom.port)
    assert search.fill(server, STUDIES_EACH_DAY) == STUDIES_EACH_DAY
    for question in search.QUESTIONS_ASKED:
        assert len(search.find(server, question, STUDIES_EACH_DAY, 0)) == 3


def test_a_refusal_ends_it(dicom: DicomServer) -> None:
    with pytest.raises(SystemExit, match="A900"), Client(dicom.port, CTImageStorage) as client:
        store_all(client, [("1.2.3.4", Stack(1, 1).objects()[0][1])])


def test_the_table_says_how_many_times_better() -> None:
    assert times_better([200, 100, 300], [100], Better.MORE) == 2
    assert times_better([10], [30], Better.LESS) == 3
    lines: list[str] = []
    table = Table(("Lightbox", "A peer"), lines.append)
    table.row("work", "ms", {"Lightbox": [10], "A peer": [30, 20, 40]}, Better.LESS)
    table.row("other", "ms", {"Lightbox": [10]}, Better.LESS)
    assert "30.0 (20.0-40.0) 3.0x" in lines[0]
    assert lines[1].endswith("-")
