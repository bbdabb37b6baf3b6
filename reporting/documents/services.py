"""Reports as PDF, rendered once and kept: the same version in the same language is the same file."""

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import translation

from imaging.common.barcodes import qr
from imaging.common.errors import InvalidInput
from imaging.common.pdf import pdf_render
from reporting.documents.pictures import pictures_of
from reporting.reports.key_images import images_signed
from reporting.reports.models import ReportVersion
from reporting.templates_library.models import ReportLanguage

TEMPLATE = "reporting/documents/report_pdf.html"
LAYOUT = 4  # counted up when the template changes, so that kept files are drawn anew


def report_pdf(*, version: ReportVersion, language: str = "") -> bytes:
    """The PDF of `version`; headings in `language` (its own by default), the text as it was written.

    The patient is printed as known today, and as known at signing where that differs. Raises InvalidInput for another language.
    """
    chosen = language or version.language
    if chosen not in ReportLanguage.values:
        raise InvalidInput(f"language is one of: {', '.join(ReportLanguage.values)}", field="language")
    context, images = pdf_context(version), images_signed(version)
    path = _path(version, chosen, context, [image.at for image in images if image.is_held_back])
    if path.exists():
        return path.read_bytes()
    with translation.override(chosen):
        pictures = {f"key-{at}": picture for at, picture in pictures_of(images).items()}
        figures = [
            {"name": f"key-{image.at}", "is_held_back": image.is_held_back, "lossy": image.lossy, **image.snapshot} for image in images
        ]
    content = pdf_render(
        template=TEMPLATE, context={**context, "figures": figures, "drawn": set(pictures)}, language=chosen, pictures=pictures
    )
    if all(figure["name"] in pictures or figure["is_held_back"] for figure in figures):  # what cannot be drawn now may be there next time
        _keep(path, content)
    return content


def pdf_context(version: ReportVersion) -> dict[str, Any]:
    """What the template prints."""
    exam = version.report.exam
    newest = version.report.versions.order_by("number").last()
    return {
        "version": version,
        "exam": exam,
        "patient": exam.patient,
        "renamed": _renamed(version),
        "newest": newest if newest and newest.number != version.number else None,
        "hospital": settings.HOSPITAL_NAME,
        "hospital_zh": settings.HOSPITAL_NAME_ZH,
        "qr_svg": qr(f"{version.about['accession_number']} v{version.number} {version.row_hash}"),
    }


def _renamed(version: ReportVersion) -> bool:
    """Whether the patient was known by another number or name when this version went out."""
    about, patient = version.about, version.report.exam.patient
    now = (patient.number, patient.name, patient.name_ideographic)
    return (about["patient_number"], about["patient_name"], about["patient_name_ideographic"]) != now


def _path(version: ReportVersion, language: str, context: dict[str, Any], held_back: list[int]) -> Path:
    """Made of everything that the paper shows beyond the version itself; nothing that anybody sent is in the name."""
    patient, exam, newest = context["patient"], context["exam"], context["newest"]
    shown = [
        LAYOUT, language, context["hospital"], context["hospital_zh"], patient.number, patient.name, patient.name_ideographic,
        str(patient.birth_date), patient.sex, exam.order.referrer_name, exam.order.reason, newest.number if newest else 0,
        held_back,
    ]  # fmt: skip
    stamp = hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:16]
    return Path(settings.DATA_DIR) / "documents" / version.row_hash[:2] / f"{version.row_hash}-{stamp}.pdf"


def _keep(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(name).replace(path)


def pdf_name(version: ReportVersion) -> str:
    """The file's name for who saves it: no patient data."""
    return f"report-{version.about['accession_number']}-v{version.number}.pdf"
