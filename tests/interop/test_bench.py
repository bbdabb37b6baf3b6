"""The benchmark's own client against our server, so that it still measures what it says. Not covered: its figures, and the peers."""

import pytest
from pydicom.uid import CTImageStorage

from imaging.archive.models import Instance
from imaging.dimse.server import DicomServer
from tests.bench.client import Client
from tests.bench.objects import Stack
from tests.bench.servers import Server
from tests.bench.store import rate, store_all
from tests.bench.table import Better, Table, times_better
from tests.bench.worklist import ask

pytestmark = pytest.mark.interop


def test_what_it_stores_is_there(dicom: DicomServer) -> None:
    stack = Stack(7, 4)
    assert rate(Server("Lightbox", "LIGHTBOX", dicom.port), stack, senders=2) > 0
    assert set(Instance.objects.values_list("sop_instance_uid", flat=True)) == {uid for uid, _data in stack.objects()}
    assert set(Instance.objects.values_list("series__study__study_instance_uid", flat=True)) == {stack.study}


def test_it_counts_the_worklist(dicom: DicomServer) -> None:
    matches, took = ask(Server("Lightbox", "LIGHTBOX", dicom.port), times=2)
    assert (matches, len(took)) == (0, 2)


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
