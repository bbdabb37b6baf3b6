"""ORU^R01: a report version as text, one OBX a section. Preliminary P, final F, corrected C; an addendum is C beside the final text's F."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from his_integration.messages.envelope import control_id_new
from his_integration.messages.models import Message
from his_integration.messages.services import message_queue
from his_integration.messages.text import timestamp
from his_integration.messages.writing import composite, segment, value
from his_integration.outbound.segments import encoded, header, obr_fields, orc, pid, pv1, staff
from imaging.access.models import User
from imaging.orders.models import Exam
from reporting.reports.models import ReportVersion, VersionKind

# OBR-25 and OBX-11 (tables 0123 and 0085).
STATUSES: dict[str, str] = {
    VersionKind.PRELIMINARY: "P",
    VersionKind.FINAL: "F",
    VersionKind.ADDENDUM: "C",
    VersionKind.CORRECTED: "C",
}
# LOINC for the sections that most templates have; others go by our own key.
LOINC: dict[str, tuple[str, str]] = {
    "indication": ("18785-6", "Radiology Reason for study"),
    "technique": ("55111-9", "Current imaging procedure descriptions"),
    "comparison": ("18834-2", "Radiology Comparison study"),
    "findings": ("59776-5", "Procedure findings"),
    "impression": ("19005-8", "Radiology Imaging study [Impression]"),
    "addendum": ("55107-7", "Addendum"),
}


def report_queue(*, version: ReportVersion) -> Message:
    """Send this version of the report to the HIS, in the caller's transaction."""
    control_id = control_id_new()
    exam = version.report.exam
    return message_queue(message_type="ORU^R01", control_id=control_id, raw=report_text(version=version, control_id=control_id), exam=exam)


def report_text(*, version: ReportVersion, control_id: str) -> bytes:
    exam, at = version.report.exam, version.signed_at or version.created_at
    return encoded(
        header("ORU", "R01", "ORU_R01", control_id),
        pid(exam.patient),
        pv1(exam),
        orc(exam, "RE", "CM" if version.signed_at else "IP", at=at, user=version.signer or version.author),
        segment("OBR", obr_fields(exam) | _obr(exam, version, at)),
        *_obx(version, at),
        _note(version),
    )


def _obr(exam: Exam, version: ReportVersion, at: dt.datetime) -> dict[int, str]:
    return {
        22: timestamp(at),
        25: STATUSES[version.kind],
        32: _interpreter(version.signer or version.author, at),
        33: _interpreter(version.author, at) if version.signer and version.signer != version.author else "",
        34: _interpreter(exam.performer, exam.completed_at) if exam.performer else "",
    }


def _interpreter(user: User, at: dt.datetime | None) -> str:
    """NDL: the name is one component of subcomponents."""
    return "^".join([staff(user).replace("^", "&"), timestamp(at)]).rstrip("^")


def _obx(version: ReportVersion, at: dt.datetime) -> Iterator[str]:
    sections = [part for part in version.sections if part.get("text", "").strip()]
    for number, part in enumerate(sections, start=1):
        fields = {
            1: str(number),
            2: "FT",
            3: _section_code(part),
            5: value(part["text"].strip()),
            11: _status(version, part),
            14: timestamp(at),
            16: staff(version.signer or version.author),
        }
        yield segment("OBX", fields)


def _section_code(part: dict[str, Any]) -> str:
    key = str(part["key"])
    loinc = LOINC.get(key.partition("-")[0])
    return composite(*loinc, "LN", key, part["title"], "L") if loinc else composite(key, part["title"], "L")


def _status(version: ReportVersion, part: dict[str, Any]) -> str:
    """OBX-11. What an addendum leaves as it was signed stays F; only what it adds is C."""
    if version.kind == VersionKind.ADDENDUM:
        return "C" if part.get("version") == version.number else "F"
    return STATUSES[version.kind]


def _note(version: ReportVersion) -> str:
    """Which version this is, its check code as printed, and why it replaces the one before."""
    told = f"Version {version.number}, check code {version.check_code}"
    return segment("NTE", {1: "1", 3: value(f"{told}. {version.reason}".strip() if version.reason else told)})
