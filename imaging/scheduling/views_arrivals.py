"""Who comes today: check in by scan or from the list; and the booking beside an exam's time-line."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from imaging.access.audit import audit_look
from imaging.access.mixins import ActRequiredMixin, person
from imaging.access.models import User
from imaging.access.roles import Act
from imaging.common.errors import LightboxError, NotFound
from imaging.common.typed import moment_typed
from imaging.orders.looks import audit_exam_look
from imaging.orders.models import Exam
from imaging.orders.selectors import exam_for, exams_visible_to
from imaging.orders.states import ExamState
from imaging.patients.cards import Eyes
from imaging.scheduling.free import day_bounds
from imaging.scheduling.lists import StepRow, move_time, row_of
from imaging.scheduling.models import StepStatus
from imaging.scheduling.performing import exam_check_in, exam_check_in_undo
from imaging.scheduling.selectors import room_by_code, rooms_fitting, step_current, steps_visible_to, used_items
from imaging.scheduling.services import step_book, step_book_first_fit, step_move

TABS = {
    "expected": frozenset({ExamState.ORDERED, ExamState.SCHEDULED}),
    "here": frozenset({ExamState.ARRIVED, ExamState.IN_PROGRESS}),
    "all": frozenset(ExamState),
}
MOST_ROWS = 1000


class ArrivalsView(ActRequiredMixin, View):
    """Today's bookings; the field on top takes a scanned accession number and checks in at once."""

    act = Act.STEP_BOOK
    template = "imaging/scheduling/arrivals.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        tab = request.GET.get("tab") if request.GET.get("tab") in TABS else "expected"
        text = request.GET.get("q", "").strip()[:64]
        audit_look(user=person(request), act="exam.list", door="page", key=f"arrivals {tab}", list=f"arrivals {tab}")
        context = {"rows": arrivals(person(request), str(tab), text), "tab": tab, "text": text, "came": came(request)}
        return render(request, self.template, context)

    def post(self, request: HttpRequest) -> HttpResponse:
        accession = request.POST.get("accession", "").strip()
        try:
            exam = exam_check_in(exam=exam_for(person(request), accession), user=person(request))
        except LightboxError as error:
            context = {
                "rows": arrivals(person(request), "expected", ""),
                "tab": "expected",
                "text": "",
                "error": error,
                "scanned": accession,
            }
            return render(request, self.template, context, status=error.status)
        return redirect(f"{reverse('arrivals')}?came={exam.accession_number}")


def came(request: HttpRequest) -> str:
    """The accession number of who has just been checked in, where the address names one."""
    found = exams_visible_to(person(request)).filter(accession_number=request.GET.get("came", ""))
    return found.values_list("accession_number", flat=True).first() or ""


class ArrivalsRowsView(ArrivalsView):
    template = "imaging/scheduling/_arrivals_rows.html"
    http_method_names = ("get",)


def arrivals(user: User, tab: str, text: str) -> list[StepRow]:
    begin, end = day_bounds(timezone.localdate())
    steps = steps_visible_to(user).filter(starts_at__gte=begin, starts_at__lt=end, exam__state__in=TABS[tab])
    eyes, now = Eyes(user), timezone.now()
    rows = [row_of(eyes, step, now) for step in steps.exclude(status=StepStatus.CANCELLED).order_by("starts_at", "pk")[:MOST_ROWS]]
    return [row for row in rows if text.lower() in row.words] if text else rows


class CheckInView(ActRequiredMixin, View):
    """From a row: check in, with undo."""

    act = Act.STEP_BOOK
    http_method_names = ("post",)

    def post(self, request: HttpRequest, accession: str) -> HttpResponse:
        exam = exam_check_in(exam=exam_for(person(request), accession), user=person(request))
        toast = {
            "text": _("%(exam)s has arrived: number %(queue)s.") % {"exam": accession, "queue": exam.queue_number},
            "undoUrl": reverse("arrivals-undo", args=[accession]),
        }
        return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({"toast": toast, "lightbox:undone": {}})})


class CheckInUndoView(ActRequiredMixin, View):
    act = Act.STEP_BOOK
    http_method_names = ("post",)

    def post(self, request: HttpRequest, accession: str) -> HttpResponse:
        exam_check_in_undo(exam=exam_for(person(request), accession), user=person(request))
        return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({"lightbox:undone": {}})})


def booking_panel(request: HttpRequest, exam: Exam, error: LightboxError | None = None) -> HttpResponse:
    fresh = exam_for(person(request), exam.accession_number)
    context: dict[str, Any] = {
        "exam": fresh, "step": step_current(fresh), "rooms": rooms_fitting(fresh.procedure), "items": used_items(fresh), "error": error,
        "steps": fresh.steps.select_related("room").prefetch_related("performed_steps").order_by("pk"),
        "move_at": move_time(step_current(fresh)),
    }  # fmt: skip
    return render(request, "imaging/scheduling/_booking_panel.html", context)


class BookingPanelView(ActRequiredMixin, View):
    """Bookings, scanner messages and material of one exam, with what may be done about them."""

    act = Act.EXAM_LIST

    def get(self, request: HttpRequest, accession: str) -> HttpResponse:
        exam = exam_for(person(request), accession)
        audit_exam_look(user=person(request), exam=exam, door="page")
        return booking_panel(request, exam)


class BookView(ActRequiredMixin, View):
    """Book an exam that has no booking: the time and room given, or the next free slot."""

    act = Act.STEP_BOOK
    http_method_names = ("post",)

    def post(self, request: HttpRequest, accession: str) -> HttpResponse:
        exam, given = exam_for(person(request), accession), request.POST
        try:
            when, room = moment_typed(given.get("starts_at", "")), room_by_code(given["room"]) if given.get("room") else None
            if when is not None and room is not None:
                step_book(exam=exam, room=room, starts_at=when, overbook=exam.priority == "stat", user=person(request))
            else:
                step_book_first_fit(exam=exam, rooms=[room] if room else (), earliest=when, user=person(request))
        except LightboxError as error:
            return booking_panel(request, exam, error)
        return booking_panel(request, exam)


class ExamMoveView(ActRequiredMixin, View):
    """Another room or time, with a reason, from the time-line's panel."""

    act = Act.STEP_BOOK
    http_method_names = ("post",)

    def post(self, request: HttpRequest, accession: str) -> HttpResponse:
        exam, given = exam_for(person(request), accession), request.POST
        try:
            step = step_current(exam)
            if step is None:
                raise NotFound(_("This exam is not booked."))
            step_move(
                step=step, room=room_by_code(given["room"]) if given.get("room") else None, reason=given.get("reason", ""),
                starts_at=moment_typed(given.get("starts_at", "")), overbook=exam.priority == "stat", user=person(request),
            )  # fmt: skip
        except LightboxError as error:
            return booking_panel(request, exam, error)
        return booking_panel(request, exam)
