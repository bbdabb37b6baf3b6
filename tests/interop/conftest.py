"""Outside doors for tests that talk to them."""

from collections.abc import Iterator

import pytest

from tests.interop.dicom_server import dicom, server_process
from tests.interop.hl7_server import hl7_listening

__all__ = ["dicom", "server_process"]


@pytest.fixture
def hl7_port(transactional_db: None) -> Iterator[int]:
    """The port of a running HL7 listener. What the test has made is committed, so the listener sees it."""
    with hl7_listening() as port:
        yield port
