"""The technologist's list, its side panel, and what is done there. Every act answers with the panel as it is then, and an undo."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from imaging.access.audit import audit_look
from imaging.access.mixins import ActRequiredMixin, person
from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.common.errors import InvalidInput, LightboxError, NotFound
from imaging.common.typed import moment_typed
from imaging.orders.looks import audit_exam_look
from imaging.orders.models import Exam
from imaging.orders.panels import panels_for
from imaging.orders.selectors import exam_for, exams_visible_to
from imaging.orders.services import exam_event_add
from imaging.orders.states import BEFORE_START, PERFORMED
from imaging.patients.cards import Eyes
from imaging.scheduling import performing
from imaging.scheduling.checks import checks_of
from imaging.scheduling.lists import TABS, groups_of, move_time, room_chips, safety_of, tab_of
from imaging.scheduling.models import Room, UsedItemKind
from imaging.scheduling.selectors import room_by_code, rooms_active, rooms_fitting, rooms_of, step_current, used_items
from imaging.scheduling.services import step_move

PRIORS = 3


class WorklistView(ActRequiredMixin, View):
    """The list; `/worklist/rows/` answers with the rows alone."""

    act = Act.EXAM_PERFORM
    template = "imaging/scheduling/worklist.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        user = person(request)
        every = list(rooms_active())
        rooms, everywhere = chosen_rooms(request, user, every)
        tab, text = tab_of(request.GET.get("tab", "")), request.GET.get("q", "").strip()[:64]
        groups = groups_of(user, tab, rooms, text)
        audit_look(user=user, act="exam.list", door="page", key=f"worklist {tab.key}", list=f"worklist {tab.key}")
        context = {
            "groups": groups, "tabs": TABS, "tab": tab, "rooms": rooms, "everywhere": everywhere,
            "chips": room_chips(every, rooms, everywhere),
            "mine": set(rooms) == set(rooms_of(user)), "text": text, "shown": sum(len(group.rows) for group in groups),
        }  # fmt: skip
        return render(request, self.template, context)


class WorklistRowsView(WorklistView):
    template = "imaging/scheduling/_worklist_rows.html"


def chosen_rooms(request: HttpRequest, user: User, every: list[Room]) -> tuple[list[Room], bool]:
    """The rooms in the address, else those of this person; whether that is all of them."""
    wanted = [code for code in request.GET.getlist("room") if code]
    if "all" in wanted:
        return every, True
    rooms = [room for room in every if room.code in wanted] or rooms_of(user)
    return rooms, len(rooms) == len(every)


def panel_context(request: HttpRequest, exam: Exam) -> dict[str, Any]:
    user, eyes = person(request), Eyes(person(request))
    seen = eyes.see(exam.patient, exam)
    step = step_current(exam)
    priors = exams_visible_to(user).filter(patient=exam.patient, state__in=PERFORMED).exclude(pk=exam.pk).select_related("procedure")
    return {
        "exam": exam, "seen": seen, "step": step, "checks": [] if seen.hidden else checks_of(exam, seen),
        "safety": [] if seen.hidden else list(safety_of(exam, seen)), "mine": exam.performer_id == user.pk,
        "taken": exam.performer is not None and exam.performer_id != user.pk, "items": used_items(exam), "kinds": UsedItemKind.choices,
        "priors": [] if seen.hidden else list(priors.order_by("-ordered_at")[:PRIORS]), "rooms": rooms_fitting(exam.procedure),
        "performed": list(step.performed_steps.order_by("-pk")[:3]) if step else [], "move_at": move_time(step),
        "panels": [] if exam.state in BEFORE_START else panels_for(user, exam.accession_number, besides="exam-booking"),
    }  # fmt: skip


def panel(request: HttpRequest, exam: Exam, *, say: str = "", undo: str = "", error: LightboxError | None = None) -> HttpResponse:
    """The side panel; `say` is the toast with its `undo`, `error` stands on top of the panel."""
    fresh = exam_for(person(request), exam.accession_number)
    answer = render(request, "imaging/scheduling/_worklist_panel.html", {**panel_context(request, fresh), "error": error})
    if say:
        toast = {"text": say} | ({"undoUrl": reverse("worklist-act", args=[exam.accession_number, undo])} if undo else {})
        answer["HX-Trigger"] = json.dumps({"toast": toast, "lightbox:undone": {}})
    if error is not None:
        answer["X-Partial"] = "1"
        answer.status_code = error.status
    return answer


class PanelView(ActRequiredMixin, View):
    act = Act.EXAM_PERFORM

    def get(self, request: HttpRequest, accession: str) -> HttpResponse:
        exam = exam_for(person(request), accession)
        audit_exam_look(user=person(request), exam=exam, door="page")
        return panel(request, exam)


@dataclass(frozen=True)
class Deed:
    """What a button of the panel does, what it says afterwards, and which deed takes it back."""

    do: Callable[..., Any]
    said: str | Promise
    undo: str = ""
    act: Act = Act.EXAM_PERFORM


DEEDS: dict[str, Deed] = {
    "check-in": Deed(performing.exam_check_in, gettext_lazy("%(exam)s has arrived."), "not-here", Act.STEP_BOOK),
    "not-here": Deed(performing.exam_check_in_undo, gettext_lazy("%(exam)s is not here."), "check-in", Act.STEP_BOOK),
    "call": Deed(performing.exam_call, gettext_lazy("%(exam)s was called.")),
    "take": Deed(performing.exam_take, gettext_lazy("You have taken %(exam)s."), "release"),
    "release": Deed(performing.exam_release, gettext_lazy("You have given %(exam)s back."), "take"),
    "start": Deed(performing.exam_start, gettext_lazy("%(exam)s has started."), "unstart"),
    "unstart": Deed(performing.exam_start_undo, gettext_lazy("The start of %(exam)s is taken back.")),
    "finish": Deed(performing.exam_finish, gettext_lazy("%(exam)s has ended.")),
}


class ActView(ActRequiredMixin, View):
    """One deed on one exam."""

    act = Act.EXAM_PERFORM
    http_method_names = ("post",)

    def post(self, request: HttpRequest, accession: str, deed: str) -> HttpResponse:
        exam, user = exam_for(person(request), accession), person(request)
        wanted = DEEDS.get(deed)
        if wanted is None:
            raise NotFound(_("There is no such act."))
        require(user, wanted.act)
        try:
            wanted.do(exam=exam, user=user)
        except LightboxError as error:
            return panel(request, exam, error=error)
        if deed == "start" and (ticked := request.POST.getlist("check")):
            _keep_checks(exam, user, ticked)
        return panel(request, exam, say=str(wanted.said) % {"exam": exam.queue_number or accession}, undo=wanted.undo)


def _keep_checks(exam: Exam, user: User, ticked: list[str]) -> None:
    known = {check.key: check.text for check in checks_of(exam, Eyes(user).see(exam.patient, exam))}
    done = [known[key] for key in ticked if key in known]
    if done:
        exam_event_add(exam=exam, kind="checked", user=user, what=" · ".join(done))


class DiscontinueView(ActRequiredMixin, View):
    act = Act.EXAM_PERFORM
    http_method_names = ("post",)

    def post(self, request: HttpRequest, accession: str) -> HttpResponse:
        exam = exam_for(person(request), accession)
        try:
            performing.exam_discontinue(exam=exam, reason=request.POST.get("reason", ""), user=person(request))
        except LightboxError as error:
            return panel(request, exam, error=error)
        return panel(request, exam, say=_("%(exam)s was discontinued.") % {"exam": exam.queue_number or accession})


class UsedView(ActRequiredMixin, View):
    """Write down, or take off again, what was used."""

    act = Act.EXAM_PERFORM
    http_method_names = ("post",)

    def post(self, request: HttpRequest, accession: str, pk: int | None = None) -> HttpResponse:
        exam = exam_for(person(request), accession)
        try:
            if pk is None:
                self._add(request, exam)
            else:
                performing.used_item_remove(item=get_object_or_404(exam.used_items, pk=pk), user=person(request))
        except LightboxError as error:
            return panel(request, exam, error=error)
        return panel(request, exam)

    def _add(self, request: HttpRequest, exam: Exam) -> None:
        given = request.POST
        performing.used_item_record(
            exam=exam, kind=given.get("kind", ""), name=given.get("name", ""), quantity=_decimal(given.get("quantity", ""), "quantity"),
            unit=given.get("unit", ""), unit_price=_decimal(given.get("unit_price", "") or "0", "unit_price"), lot=given.get("lot", ""),
            user=person(request),
        )  # fmt: skip


def _decimal(text: str, field: str) -> Decimal:
    try:
        value = Decimal(text.replace(",", "").strip())
    except InvalidOperation as error:
        raise InvalidInput(_("This is not a number: %(text)s.") % {"text": text[:20]}, field=field) from error
    if not value.is_finite():
        raise InvalidInput(_("This is not a number: %(text)s.") % {"text": text[:20]}, field=field)
    return value


class MoveView(ActRequiredMixin, View):
    """Another room or time, with a reason."""

    act = Act.STEP_BOOK
    http_method_names = ("post",)

    def post(self, request: HttpRequest, accession: str) -> HttpResponse:
        exam = exam_for(person(request), accession)
        try:
            step = step_current(exam)
            if step is None:
                raise NotFound(_("This exam is not booked."))
            room = room_by_code(request.POST["room"]) if request.POST.get("room") else None
            moved = step_move(
                step=step, room=room, starts_at=moment_typed(request.POST.get("starts_at", "")), reason=request.POST.get("reason", ""),
                overbook=exam.priority == "stat", user=person(request),
            )  # fmt: skip
        except LightboxError as error:
            return panel(request, exam, error=error)
        return panel(request, exam, say=_("Moved to %(room)s.") % {"room": moved.room.code})
