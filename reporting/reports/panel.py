"""What the report panel shows one person about one exam: beside the images, and on the report's own page."""

import datetime as dt
import enum
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.models import User
from imaging.access.policy import Person, may
from imaging.access.roles import Act
from imaging.archive.completeness import images_of
from imaging.archive.completeness_words import images_say
from imaging.archive.models import Study
from imaging.archive.selectors import studies_visible_to
from imaging.common.cards import PatientCard
from imaging.common.formats import clinical_moment, local_text
from imaging.orders.models import Exam
from imaging.orders.states import PERFORMED
from imaging.patients.cards import Eyes
from imaging.viewer.models import KeyImage
from reporting.deadlines.selectors import reading_due_at
from reporting.reports.actions.correct import is_correction
from reporting.reports.actions.holding import is_abandoned, may_take_over
from reporting.reports.checks import report_problems
from reporting.reports.errors import Problem
from reporting.reports.handing import colleagues_for, offer_of
from reporting.reports.key_images import images_signed, key_images_of_exam
from reporting.reports.models import DraftCopy, Report, ReportState, ReportVersion
from reporting.reports.news import standing_of
from reporting.reports.selectors import exams_reportable_to, versions_visible_to
from reporting.templates_library.models import ReportTemplate
from reporting.templates_library.selectors import macros_of, templates_for

PRIORS_SHOWN = 6
COPIES_SHOWN = 3
COPIES_FOR = dt.timedelta(days=1)
STUDIES_SHOWN = 3


class Mode(enum.Enum):
    """What can be done here now."""

    WAITING = "waiting"  # the exam has not ended
    FREE = "free"  # nobody writes; it can be taken
    EDIT = "edit"  # this person writes
    HELD = "held"  # somebody else writes
    PRELIMINARY = "preliminary"  # out, waits for a signature
    SIGNED = "signed"
    READ = "read"  # this person only reads what is out
    NONE = "none"  # there is nothing to read yet


@dataclass(frozen=True)
class Prior:
    """An earlier exam and what was concluded."""

    exam: Exam
    version: ReportVersion | None
    has_images: bool

    @property
    def conclusion(self) -> str:
        """The impression, else the last section: what the next reader wants to know first."""
        sections = self.version.sections if self.version else []
        found = [part["text"] for part in sections if part["key"] == "impression"] or [part["text"] for part in sections[-1:]]
        return found[0] if found else ""


def report_of(exam: Exam) -> Report | None:
    related = ("author", "locked_by", "draft_saved_by", "template")
    report = Report.objects.select_related(*related).filter(exam=exam).first()
    if report is not None:
        report.exam = exam
    return report


def mode_of(user: Person, exam: Exam, report: Report | None) -> Mode:
    if not may(user, Act.REPORT_WRITE):
        return Mode.READ if report is not None and report.last_hash else Mode.NONE
    if exam.state not in PERFORMED:
        return Mode.WAITING
    if report is None:
        return Mode.FREE
    if report.locked_by_id is not None:
        return Mode.EDIT if report.locked_by_id == user.pk else Mode.HELD
    return {ReportState.DRAFT: Mode.FREE, ReportState.PRELIMINARY: Mode.PRELIMINARY}.get(ReportState(report.state), Mode.SIGNED)


def panel_context(user: User, exam: Exam) -> dict[str, Any]:
    """Everything that `_panel.html` needs."""
    report = report_of(exam)
    mode = mode_of(user, exam, report)
    versions = list(versions_visible_to(user).filter(report=report).order_by("-number")) if report else []
    return {
        "exam": exam,
        "report": report,
        "mode": mode.value,
        "versions": versions,
        "version": versions[0] if versions else None,
        "standing": standing_of(user, report, versions[0] if versions else None),
        "sections": shown_sections(mode, report),
        "version_pictures": images_signed(versions[0]) if versions else [],
        "priors": priors_of(user, exam),
        "images_only": images_only_of(user, exam),
        "late": late_of(exam),
        "images_say": _images_lacking(exam),
        "viewer_uid": viewer_uid(user, exam),
        "copies": copies_of(user, report) if report and mode not in {Mode.READ, Mode.NONE} else [],
        **(_tools(user, exam, report, mode) if report and mode in {Mode.EDIT, Mode.PRELIMINARY, Mode.HELD} else {}),
    }


def late_of(exam: Exam) -> Any:
    """The task of images that came after signing, while it waits (reporting.reading.models.LateImages)."""
    return exam.late_images.filter(settled_at=None).first()


def _images_lacking(exam: Exam) -> list[str]:
    """What is not here of the exam's images, in sentences; nothing when the scanner told of no more."""
    images = images_of(exam)
    return images_say(images) if images.are_coming else []


def shown_sections(mode: Mode, report: Report | None) -> list[dict[str, Any]]:
    """The draft, for those who may see it; what is signed is shown from its version."""
    return report.draft_sections if report and mode in {Mode.EDIT, Mode.HELD, Mode.PRELIMINARY, Mode.FREE} else []


def _tools(user: User, exam: Exam, report: Report, mode: Mode) -> dict[str, Any]:
    writing = mode is Mode.EDIT
    return {
        "problems": problems_of(exam, report),
        "key_images": key_images_of_exam(exam),
        "templates": templates_of(exam) if writing and not report.is_signed else [],
        "macros": {macro.name: macro.text for macro in macros_of(user=user, language=report.language)} if writing else {},
        "offer": offer_of(report),
        "colleagues": colleagues_for(report, exam, user) if writing else None,
        "correcting": report.is_signed and is_correction(report),
        "signed": signed_for(user, exam),
        "may_take_over": may_take_over(user, report),
        "is_abandoned": is_abandoned(report),
        "may_change": may(user, Act.REPORT_SIGN) or report.author_id == user.pk,
    }


def problems_of(exam: Exam, report: Report) -> list[Problem]:
    """What speaks against signing; many open choices of one section are one line."""
    found = report_problems(exam=exam, sections=report.draft_sections)
    opened = Counter(problem.section for problem in found if problem.code == "open-choice")
    titles = {part["key"]: part["title"] for part in report.draft_sections}
    lines: dict[tuple[str, str, str], Problem] = {}
    for problem in found:
        line = problem
        if problem.code == "open-choice" and opened[problem.section] > 1:
            values = {"section": titles[problem.section], "count": opened[problem.section]}
            line = replace(problem, message=_("“%(section)s” still has %(count)s open choices.") % values)
        lines.setdefault((line.code, line.section, line.message), line)
    return list(lines.values())


def templates_of(exam: Exam) -> list[ReportTemplate]:
    """Every fitting template, in each language, the best first."""
    return [template for language in ("en", "zh-hans") for template in templates_for(exam=exam, language=language)]


def copies_of(user: User, report: Report) -> QuerySet[DraftCopy]:
    """Text of this person that the draft did not take, newest first. Once somebody else has signed it stays in sight for a day, in which
    they hear of it; what the signer saw before signing is gone from sight."""
    copies = DraftCopy.objects.filter(report=report, user=user)
    signed = report.versions.filter(signer__isnull=False).order_by("-number").first()
    if signed is not None:
        since = timezone.now() - COPIES_FOR
        copies = copies.filter(created_at__gt=signed.created_at if signed.signer_id == user.pk else since)
    return copies[:COPIES_SHOWN]


def priors_of(user: User, exam: Exam) -> list[Prior]:
    """Earlier exams of the patient that `user` may read, newest first, each with its newest version."""
    others = exams_reportable_to(user).filter(patient=exam.patient_id, state__in=PERFORMED).exclude(pk=exam.pk)
    earlier = others.filter(completed_at__lt=exam.completed_at) if exam.completed_at else others
    found = list(earlier.select_related("procedure").order_by("-completed_at")[:PRIORS_SHOWN])
    versions = {
        version.report.exam_id: version
        for version in ReportVersion.objects.filter(report__exam__in=found).select_related("report").order_by("number")
    }
    held = set(studies_visible_to(user).filter(exam__in=found).values_list("exam_id", flat=True))
    return [Prior(prior, versions.get(prior.pk), prior.pk in held) for prior in found]


def images_only_of(user: User, exam: Exam) -> list[Study]:
    """Earlier studies of the patient that belong to no exam of this house (a disc, another hospital), newest first."""
    day = timezone.localdate(exam.completed_at or exam.ordered_at)
    theirs = studies_visible_to(user).filter(matched_patient=exam.patient_id, exam=None).exclude(study_date__gt=day)
    return list(theirs.order_by("-study_date", "-id")[:PRIORS_SHOWN])


def viewer_uid(user: Person, exam: Exam) -> str:
    """The study to open in the viewer; empty when there are no images, or none for `user`."""
    studies = studies_visible_to(user).filter(exam=exam).order_by("-instance_count")
    return studies.values_list("study_instance_uid", flat=True).first() or ""


def banner_of(user: Person, exam: Exam) -> PatientCard:
    """The patient banner of the report's own page."""
    due_at = reading_due_at(exam) if exam.final_at is None else None
    return replace(
        Eyes(user).card(exam.patient, exam),
        exam=local_text(exam.procedure),
        accession_number=exam.accession_number,
        exam_date=exam.completed_at or exam.ordered_at,
        place=exam.order.referring_department,
        due=clinical_moment(due_at) if due_at and may(user, Act.REPORT_WRITE) else "",
        state=exam.state,
    )


def signed_for(user: User, exam: Exam) -> dict[str, Any]:
    """The patient, the exam and its images, as they are shown again beside the password."""
    studies = studies_visible_to(user).filter(exam=exam, instance_count__gt=0).order_by("-instance_count")
    return {"card": banner_of(user, exam), "studies": list(studies[:STUDIES_SHOWN]), "images": images_named(user, exam)}


def images_named(user: Person, exam: Exam) -> str:
    """Which studies are the exam's now, so that a signature can say for which it was meant."""
    return " ".join(sorted(studies_visible_to(user).filter(exam=exam, instance_count__gt=0).values_list("study_instance_uid", flat=True)))


def side_context(user: User, exam: Exam) -> dict[str, Any]:
    """The panel beside the reading list, for an exam that `user` sees."""
    study = Study.objects.filter(pk__in=studies_visible_to(user).filter(exam=exam).values("pk")).first()
    series = (
        list(
            study.series.filter(rejection=None, instance_count__gt=0)
            .exclude(modality__in=("SR", "PR", "KO", "DOC"))
            .order_by("series_number")[:4]
        )
        if study
        else []
    )
    return {"study": study, "series": series, "priors": priors_of(user, exam), "images_only": images_only_of(user, exam)}


def key_image_of_exam(exam: Exam, pk: int) -> KeyImage | None:
    return next((image for image in key_images_of_exam(exam) if image.pk == pk), None)
