"""What DICOM brings to the health of the system."""

from imaging.common.health import health
from imaging.dimse.scu.echo import server_answers


def add() -> None:
    health.add("dicom", server_answers)
