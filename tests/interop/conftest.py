"""Outside doors for tests that talk to them."""

from collections.abc import Iterator

import pytest
from pydicom.uid import generate_uid

from imaging.archive.intake.ingest import instance_ingest
from imaging.archive.models import Study
from imaging.dimse.server import DicomServer
from tests.imaging.archive.objects import as_file, ct_slice
from tests.interop.dicom_server import dicom, server_process
from tests.interop.hl7_server import hl7_listening

__all__ = ["dicom", "server_process"]


@pytest.fixture
def hl7_port(transactional_db: None) -> Iterator[int]:
    """The port of a running HL7 listener. What the test has made is committed, so the listener sees it."""
    with hl7_listening() as port:
        yield port


@pytest.fixture
def study(dicom: DicomServer) -> Study:
    """Three slices in two series."""
    uid, series = generate_uid(), generate_uid()
    for number, series_uid in enumerate((series, series, generate_uid()), 1):
        ds = ct_slice(StudyInstanceUID=uid, SeriesInstanceUID=series_uid, InstanceNumber=number, StudyDescription="头颅CT")
        instance_ingest(stream=as_file(ds), source_ae_title="CT1", door="dicom")
    return Study.objects.get()
