"""Making versions and checking their chain (promise 5)."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils import timezone

from imaging.access.models import User
from imaging.common.live import announce
from imaging.orders.models import Exam
from reporting.reports.key_images import key_image_snapshots, key_images_of_exam
from reporting.reports.models import Report, ReportVersion, SignedPicture, VersionKind

FIRST_LINK = "0" * 64
HASHED_FIELDS = (
    "number", "kind", "language", "sections", "key_images", "about", "reason", "author_id", "author_name", "signer_id", "signer_name",
    "previous_hash",
)  # fmt: skip
MOMENTS = ("signed_at", "created_at")


def version_hash(version: ReportVersion) -> str:
    """SHA-256 over everything that the version says and the hash of the version before it."""
    values: dict[str, Any] = {name: getattr(version, name) for name in HASHED_FIELDS}
    values |= {name: moment.isoformat() if (moment := getattr(version, name)) else None for name in MOMENTS}
    values["accession_number"] = version.about["accession_number"]
    return hashlib.sha256(json.dumps(values, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def version_add(
    *, report: Report, kind: VersionKind, sections: list[dict[str, Any]], author: User, signer: User | None = None, reason: str = ""
) -> ReportVersion:
    """Add the next version to the locked `report` and link it to the one before. The caller sets states and tells the receivers."""
    now = timezone.now()
    last = report.versions.order_by("-number").first()
    images = key_images_of_exam(report.exam, chosen_only=True)
    version = ReportVersion(
        report=report, number=last.number + 1 if last else 1, kind=kind, language=report.language, sections=sections,
        key_images=key_image_snapshots(images), about=_about(report.exam), reason=reason, author=author, author_name=author.label,
        signer=signer, signer_name=signer.label if signer else "", signed_at=now if signer else None, created_at=now,
        previous_hash=last.row_hash if last else FIRST_LINK,
    )  # fmt: skip
    version.row_hash = version_hash(version)
    version.save(force_insert=True)
    kept = {image.instance_id for image in images}
    SignedPicture.objects.bulk_create(SignedPicture(version=version, instance_id=instance) for instance in sorted(kept))
    report.last_hash = version.row_hash
    announce("report")
    return version


def _about(exam: Exam) -> dict[str, Any]:
    patient, procedure = exam.patient, exam.procedure
    return {
        "accession_number": exam.accession_number,
        "study_instance_uid": exam.study_instance_uid,
        "patient_number": patient.number,
        "patient_name": patient.name,
        "patient_name_ideographic": patient.name_ideographic,
        "patient_birth_date": patient.birth_date.isoformat() if patient.birth_date else None,
        "patient_sex": patient.sex,
        "procedure_code": procedure.code,
        "procedure_name": procedure.name,
        "procedure_name_zh": procedure.name_zh,
        "completed_at": exam.completed_at.isoformat() if exam.completed_at else None,
    }


def broken_versions(reports: Iterable[Report]) -> Iterator[tuple[Report, int]]:
    """Each report whose chain does not hold, with the number of the first version at fault (one more than there are: the last is gone)."""
    for report in reports:
        expected, number = FIRST_LINK, 0
        for number, version in enumerate(report.versions.order_by("number"), start=1):
            if version.number != number or version.previous_hash != expected or version.row_hash != version_hash(version):
                yield report, number
                break
            expected = version.row_hash
        else:
            if report.last_hash not in ({"", FIRST_LINK} if number == 0 else {expected}):
                yield report, number + 1
