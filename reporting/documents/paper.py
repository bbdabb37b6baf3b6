"""Answering with a PDF, for pages and programs alike."""

from typing import Any

from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _

from imaging.archive.looks import audit_study_look
from imaging.common.errors import InvalidInput
from imaging.common.typed import whole_number
from reporting.documents.selectors import version_visible
from reporting.documents.services import pdf_name, report_pdf
from reporting.reports.key_images import images_signed
from reporting.reports.looks import audit_report_look


def pdf_answer(*, user: Any, query: QueryDict, accession: str, door: str) -> HttpResponse:
    """The PDF that `query` asks for (`version`, `language`). Raises NotFound, InvalidInput. Nothing between may store it."""
    version = version_visible(user=user, accession=accession, number=_number(query.get("version", "")))
    audit_report_look(user=user, exam=version.report.exam, door=door)
    content = report_pdf(version=version, language=query.get("language", ""))
    for study in {image.instance.series.study for image in images_signed(version) if image.instance}:
        audit_study_look(user=user, study=study, door=door)
    headers = {"Content-Disposition": f'inline; filename="{pdf_name(version)}"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


def _number(text: str) -> int | None:
    """The version asked for; None for the newest."""
    number = whole_number(text)
    if text and number is None:
        raise InvalidInput(_("A version is a number."), field="version")
    return number
