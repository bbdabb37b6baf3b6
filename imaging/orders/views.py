"""Exams: the list of those that exist for the reader, and one exam's time-line."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views import View

from imaging.access.audit import audit_look
from imaging.access.mixins import ActRequiredMixin, person
from imaging.access.roles import Act
from imaging.common.typed import whole_number
from imaging.orders.awaited import awaited
from imaging.orders.looks import audit_exam_look
from imaging.orders.models import EventCategory, Exam, ExamEvent, Priority, Procedure
from imaging.orders.pages import exam_card, lane, lines, rows_of
from imaging.orders.panels import panels_for
from imaging.orders.selectors import ExamFilter, exam_for, exams_listed
from imaging.orders.services import exam_cancel
from imaging.orders.states import BEFORE_START, ExamState
from imaging.patients.cards import Eyes

PAGE_ROWS = 50
TABS = {
    "": (),
    "waiting": (ExamState.ORDERED, ExamState.SCHEDULED, ExamState.ARRIVED, ExamState.IN_PROGRESS),
    "unread": (ExamState.COMPLETED, ExamState.READING, ExamState.PRELIMINARY),
    "finished": (ExamState.FINAL, ExamState.ADDENDED),
    "ended": (ExamState.CANCELLED, ExamState.DISCONTINUED),
}


class ExamsView(ActRequiredMixin, View):
    """The exams that exist for the reader, newest first; a clinician's are those of their own patients."""

    act = Act.EXAM_LIST

    def get(self, request: HttpRequest) -> HttpResponse:
        user = person(request)
        asked = ExamFilter.read(request.GET)
        rows = exams_listed(user, asked)
        tab = request.GET.get("tab", "")
        if states := TABS.get(tab, ()):
            rows = rows.filter(state__in=states)
        before = whole_number(request.GET.get("before", ""))
        found = list(rows.filter(pk__lt=before)[: PAGE_ROWS + 1] if before is not None else rows[: PAGE_ROWS + 1])
        audit_look(user=user, act="exam.list", door="page", key=asked.text, **({"text": asked.text} if asked.text else {}))
        context = {
            "rows": rows_of(Eyes(user), found[:PAGE_ROWS]), "asked": asked, "tab": tab, "tabs": TABS, "is_first": before is None,
            "next_before": found[PAGE_ROWS - 1].pk if len(found) > PAGE_ROWS else None, "modalities": modalities(),
            "is_filtered": bool(asked.text or asked.modalities or asked.date_from or asked.date_to),
        }  # fmt: skip
        partial = request.headers.get("HX-Request") and request.GET.get("part") == "rows"
        return render(request, "imaging/orders/_exam_rows.html" if partial else "imaging/orders/exams.html", context)


def modalities() -> list[str]:
    return list(Procedure.objects.filter(is_active=True).order_by("modality").values_list("modality", flat=True).distinct())


class ExamPage(ActRequiredMixin, View):
    """Base: the exam for the reader, with the look recorded."""

    act = Act.EXAM_LIST

    def load(self, request: HttpRequest, accession: str) -> Exam:
        """Raises NotFound for what does not exist for this reader."""
        exam = exam_for(person(request), accession)
        audit_exam_look(user=person(request), exam=exam, door="page")
        return exam


class TimelineView(ExamPage):
    """Everything that happened to one exam, and what it waits for."""

    def get(self, request: HttpRequest, accession: str) -> HttpResponse:
        exam = self.load(request, accession)
        context = timeline_context(request, exam)
        partial = request.headers.get("HX-Request") and request.GET.get("part") == "timeline"
        return render(request, "imaging/orders/_timeline.html" if partial else "imaging/orders/timeline.html", context)


def timeline_context(request: HttpRequest, exam: Exam) -> dict[str, Any]:
    """All that the time-line shows; `show` in the address narrows the lines to one category."""
    eyes = Eyes(person(request))
    shown = lines(ExamEvent.objects.filter(exam=exam))
    wanted = request.GET.get("show", "")
    return {
        "exam": exam, "card": exam_card(eyes, exam), "awaited": awaited(exam), "lane": lane(exam), "show": wanted,
        "lines": [line for line in shown if wanted in ("", line.event.category)], "total": len(shown),
        "problems": sum(line.event.category == EventCategory.PROBLEM for line in shown), "categories": EventCategory,
        "panels": panels_for(person(request), exam.accession_number), "can_cancel": exam.state in BEFORE_START, "Priority": Priority,
    }  # fmt: skip


class ExamCancelView(ExamPage):
    """Cancel with a reason, then show the time-line again."""

    act = Act.ORDER_CANCEL
    http_method_names = ("post",)

    def post(self, request: HttpRequest, accession: str) -> HttpResponse:
        exam = self.load(request, accession)
        exam_cancel(exam=exam, reason=request.POST.get("reason", ""), user=person(request))
        if request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Redirect": reverse("exam", args=[accession])})
        return redirect("exam", accession)
