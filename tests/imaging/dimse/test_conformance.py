"""The conformance page is what the server says of itself. Not covered: whether the page says it well."""

import io
from pathlib import Path

from django.core.management import call_command

PAGE = Path(__file__).resolve().parents[3] / "docs" / "dicom_conformance.md"


def test_the_page_is_the_running_configuration() -> None:
    printed = io.StringIO()
    call_command("dicom_conformance", stdout=printed)
    assert PAGE.read_text(encoding="utf-8") == printed.getvalue(), "run: python manage.py dicom_conformance > docs/dicom_conformance.md"
