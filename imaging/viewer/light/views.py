"""Report and pictures on a phone or a tablet: little is sent, one picture fills the width, the patient stays on the screen."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from imaging.access.mixins import ActRequiredMixin, person
from imaging.access.policy import may
from imaging.access.roles import Act
from imaging.archive.looks import audit_study_look
from imaging.archive.models import Study
from imaging.common.ahead import is_ahead
from imaging.common.cards import PatientCard
from imaging.common.errors import NotFound
from imaging.orders.awaited import awaited
from imaging.orders.looks import audit_exam_look
from imaging.orders.models import Exam
from imaging.orders.pages import exam_card
from imaging.orders.selectors import exam_for, exams_visible_to
from imaging.orders.states import ExamState
from imaging.patients.cards import Eyes
from imaging.viewer.cards import card_of
from imaging.viewer.light.devices import chose_light
from imaging.viewer.light.selectors import light_data, studies_of_exam
from imaging.viewer.selectors import exam_awaited, study_get

# Whose report has gone out, preliminary or signed: it is shown first.
REPORTED = frozenset({ExamState.PRELIMINARY, ExamState.FINAL, ExamState.ADDENDED})


class LightView(ActRequiredMixin, View):
    """A page that has no moment of being shown, other than that it is asked for: it is not prepared before."""

    act = Act.IMAGES_VIEW

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return HttpResponse(status=503) if is_ahead(request) else super().dispatch(request, *args, **kwargs)


class LightExamView(LightView):
    """An exam's report and pictures, with or without either."""

    def get(self, request: HttpRequest, accession: str) -> HttpResponse:
        user = person(request)
        exam = exam_for(user, accession)
        card = exam_card(Eyes(user), exam)
        if card.hidden:
            raise NotFound(_("There is no exam %(accession)s.") % {"accession": accession})
        audit_exam_look(user=user, exam=exam, door="page")
        return _answer(request, studies_of_exam(user=user, exam=exam), card, exam)


class LightStudyView(LightView):
    """The same for a study: by its exam where it has one that this person may see, else by the exam that awaits it."""

    def get(self, request: HttpRequest, study: str) -> HttpResponse:
        try:
            found = study_get(user=request.user, study_instance_uid=study)
        except NotFound:
            exam = self._open(exam_awaited(user=request.user, study_instance_uid=study))
            if exam is None:
                raise
            return redirect("exam-light", exam.accession_number)
        exam = self._open(exams_visible_to(request.user).filter(pk=found.exam.pk).first() if found.exam else None)
        return redirect("exam-light", exam.accession_number) if exam else _answer(request, [found], card_of(found), None)

    def _open(self, exam: Exam | None) -> Exam | None:
        return exam if exam and not Eyes(person(self.request)).see(exam.patient, exam).hidden else None


def _answer(request: HttpRequest, studies: list[Study], card: PatientCard, exam: Exam | None) -> HttpResponse:
    for study in studies:
        audit_study_look(user=person(request), study=study, door="page", address=request.META.get("REMOTE_ADDR", ""))
    chose_light(request)
    return render(request, "imaging/viewer/light/page.html", _context(request, studies, card, exam))


def _context(request: HttpRequest, studies: list[Study], card: PatientCard, exam: Exam | None) -> dict[str, Any]:
    reads = exam is not None and may(request.user, Act.REPORT_VIEW)
    return {
        "card": card, "exam": exam, "studies": studies, "boot": light_data(user=request.user, studies=studies),
        "panel_url": reverse("report-panel", args=[card.accession_number]) if reads else "",
        "begins_with": "report" if reads and exam and (exam.state in REPORTED or not studies) else "images",
        "awaited": awaited(exam) if exam and not studies else None,
    }  # fmt: skip
