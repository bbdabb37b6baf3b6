"""The front desk: one page for patient, exams, time and room. Every part of it answers as a fragment; nothing typed is lost."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from imaging.access.audit import audit_list, audit_look
from imaging.access.mixins import ActRequiredMixin, person
from imaging.access.models import User
from imaging.access.roles import Act, Role
from imaging.common.errors import InvalidInput, LightboxError
from imaging.common.typed import day_typed, moment_typed, whole_number
from imaging.orders.models import Order, Priority
from imaging.orders.pages import rows_of
from imaging.orders.selectors import exams_visible_to, procedures_find
from imaging.orders.services import OrderItem
from imaging.patients.cards import Eyes, SeenPatient
from imaging.patients.cleaning import birth_date_clean, name_clean
from imaging.patients.models import Patient
from imaging.patients.selectors import patient_duplicates, patient_find, patient_for
from imaging.patients.services import patient_register, patient_register_unidentified, patient_update
from imaging.scheduling.board import board_of
from imaging.scheduling.checks import QUESTIONS, Question
from imaging.scheduling.desk import Place, order_register
from imaging.scheduling.desk_lines import (
    Line,
    chosen_of,
    line_add,
    line_place,
    line_remove,
    lines_fit,
    lines_read,
    total_of,
    warnings_of,
)
from imaging.scheduling.forms import DeskForm
from imaging.scheduling.free import day_bounds
from imaging.scheduling.selectors import room_by_code, rooms_active, rooms_fitting

DRAFT = "desk_draft"
PRIOR_DAYS = 30


class DeskView(ActRequiredMixin, View):
    """The page, and registering."""

    act = Act.ORDER_ENTER

    def get(self, request: HttpRequest) -> HttpResponse:
        draft = QueryDict(request.session.get(DRAFT, "")) if "draft" in request.GET else QueryDict()
        patient = patient_named(person(request), request.GET.get("patient", "") or draft.get("patient", ""))
        initial = {"priority": request.GET.get("priority", Priority.ROUTINE), **patient_initial(person(request), patient)}
        form = DeskForm(initial={**initial, **draft.dict()})
        lines = lines_read(draft, person(request)) if draft else []
        return page(request, form, patient, lines)

    def post(self, request: HttpRequest) -> HttpResponse:
        user = person(request)
        patient = patient_named(user, request.POST.get("patient", ""))
        form = DeskForm(request.POST)
        lines: list[Line] = []
        try:
            lines = lines_read(request.POST, user)
            if form.is_valid():
                order = register(request, form, patient, lines)
                request.session.pop(DRAFT, None)
                return redirect(f"{reverse('register')}?registered={order.pk}")
        except LightboxError as error:
            field = error.field if error.field in form.fields else None
            form.add_error(field, str(error))
        return page(request, form, patient, lines, status=400)


def patient_named(user: User, key: str) -> Patient | None:
    """The patient whose key an address or a form holds, if it holds one. Raises NotFound."""
    pk = whole_number(key)
    return None if pk is None else patient_for(user, pk)


def register(request: HttpRequest, form: DeskForm, patient: Patient | None, lines: list[Line]) -> Order:
    """Patient and order in one transaction. Raises what the services raise; InvalidInput for a namesake until it is said to be another."""
    user, said = person(request), form.patient_said()
    if not lines:
        raise InvalidInput(_("Add at least one exam."), field="")
    if patient is None and not request.POST.get("sure") and namesakes(user, request.POST):
        raise InvalidInput(
            _("Somebody with this name and birth date is here already. Choose that patient, or register again to enter a new one.")
        )
    return registered(user, form, patient, said, lines, arrived=request.POST.get("check_in") == "1")


def registered(user: User, form: DeskForm, patient: Patient | None, said: dict[str, Any], lines: list[Line], *, arrived: bool) -> Order:
    if said["allergies"] or form.cleaned_data.get("safety_contrast_reaction"):
        said["allergies_asked_at"] = timezone.now()
    with transaction.atomic():
        if patient is None:
            patient = patient_register(user=user, **said)
        elif not Eyes(user).see(patient).hidden:
            patient = patient_update(patient=patient, user=user, **{name: value for name, value in said.items() if value or name != "name"})
        return order_register(
            patient=patient, items=[OrderItem(line.procedure) for line in lines],
            places=[Place(line.room, line.starts_at) for line in lines], user=user, door="page",
            visit_number=form.cleaned_data["visit_number"], payer=form.cleaned_data["payer"], check_in=arrived, **form.order_said(),
        )  # fmt: skip


def patient_initial(user: User, patient: Patient | None) -> dict[str, Any]:
    """What is known of the patient, for the fields; nothing of a masked one."""
    if patient is None:
        return {}
    seen = Eyes(user).see(patient)
    audit_look(
        user=user, act="patient.view", door="page", key=str(patient.pk), patient_number=patient.number, masked=seen.hidden
    )  # fmt: skip
    if seen.hidden:
        return {}
    return {
        "name": seen.name.replace("^", ", ", 1).replace("^", " "), "name_ideographic": seen.name_ideographic, "sex": seen.sex,
        "birth_date": seen.birth_date.isoformat() if seen.birth_date else "", "phone": seen.phone, "allergies": seen.allergies,
    }  # fmt: skip


def page(request: HttpRequest, form: DeskForm, patient: Patient | None, lines: list[Line], status: int = 200) -> HttpResponse:
    eyes = Eyes(person(request))
    done = whole_number(request.GET.get("registered", ""))
    exams = exams_visible_to(person(request)).filter(order_id=done).select_related("patient", "procedure") if done is not None else []
    context = {
        "form": form, "patient": patient.pk if patient else "", "card": eyes.card(patient) if patient else None,
        "seen": eyes.see(patient) if patient else None, "is_new": "new" in request.GET or bool(patient is None and form.is_bound),
        "questions": [form[f"safety_{question.key}"] for question in questions_for(eyes.see(patient) if patient else None)],
        "referrers": referrers(),
        "done": rows_of(eyes, exams), "has_draft": bool(request.session.get(DRAFT)) and not form.is_bound and "draft" not in request.GET,
        "sure": bool(form.errors) and bool(namesakes(person(request), request.POST)) if form.is_bound else False,
        **items_context(request, request.POST if form.is_bound else QueryDict(), lines, eyes.see(patient) if patient else None),
    }  # fmt: skip
    return render(request, "imaging/scheduling/desk.html", context, status=status)


def questions_for(seen: SeenPatient | None) -> list[Question]:
    """What to ask this patient; of somebody whose sex is not known yet, everything."""
    return [one for one in QUESTIONS if seen is None or seen.hidden or not one.sexes or seen.sex in one.sexes]


def referrers() -> list[User]:
    return list(
        User.objects.filter(groups__name=Role.CLINICIAN, is_active=True).exclude(staff_code="").order_by("last_name", "username")[:200]
    )


def items_context(request: HttpRequest, data: QueryDict, lines: list[Line], seen: SeenPatient | None) -> dict[str, Any]:
    """The exams with their sum, and the board for the one that is worked on."""
    active = min(whole_number(data.get("active", "")) or 0, max(len(lines) - 1, 0))
    line = lines[active] if lines else None
    day = day_typed(data.get("day", "")) or (timezone.localdate(line.starts_at) if line and line.starts_at else timezone.localdate())
    rooms = rooms_fitting(line.procedure) if line else list(rooms_active())
    stat = data.get("priority") == Priority.STAT
    minutes = line.procedure.minutes if line else 20
    times = [one.starts_at for one in lines]
    return {
        "lines": list(enumerate(lines)), "active": active, "total": total_of(lines), "day": day,
        "board": board_of(rooms, max(day, timezone.localdate()), minutes, person(request), chosen_of(lines), stat=stat),
        "warnings": warnings_of(lines, seen, data.get("allergies", "")), "recent": recent(person(request), data, lines),
        "all_today": bool(lines) and all(at is None or timezone.localdate(at) == timezone.localdate() for at in times),
    }  # fmt: skip


def recent(user: User, data: QueryDict, lines: list[Line]) -> list[Any]:
    """Exams of the same kind that this patient had lately: perhaps a duplicate."""
    pk = whole_number(data.get("patient", ""))
    if pk is None or not lines:
        return []
    since = timezone.now() - dt.timedelta(days=PRIOR_DAYS)
    same = exams_visible_to(user).filter(patient_id=pk, ordered_at__gte=since, procedure__in=[line.procedure for line in lines])
    return list(same.exclude(state="cancelled").select_related("procedure").order_by("-ordered_at")[:3])


class ItemsView(ActRequiredMixin, View):
    """The exams and the board after one change: `add`, `remove`, `hold_room` with `hold_at`, `fit`, `pick` (line), `go` (day)."""

    act = Act.ORDER_ENTER
    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        data, user = request.POST.copy(), person(request)
        patient = patient_named(user, data.get("patient", ""))
        seen = Eyes(user).see(patient) if patient else None
        lines, error = lines_read(data, user), None
        try:
            lines = change(data, lines, user)
        except LightboxError as refused:
            error = refused
        context = {**items_context(request, data, lines, seen), "error": error, "swap": True}
        return render(request, "imaging/scheduling/_desk_items.html", context)


def change(data: QueryDict, lines: list[Line], user: User) -> list[Line]:
    """What the desk did. Raises what the slot services raise."""
    stat = data.get("priority") == Priority.STAT
    if go := data.get("go"):
        data["day"] = go
    if pick := data.get("pick", ""):
        data["active"], data["day"] = pick, ""
    if code := data.get("add"):
        data["active"], data["day"] = str(len(lines)), ""
        return line_add(lines, code)
    if (index := whole_number(data.get("remove", ""))) is not None:
        data["active"] = "0"
        return line_remove(lines, index, user)
    if room := data.get("hold_room"):
        return line_place(lines, whole_number(data.get("active", "")) or 0, room_by_code(room), _when(data), user, stat=stat)
    if data.get("fit"):
        day = day_typed(data.get("day", "")) or timezone.localdate()
        earliest = timezone.now() if day <= timezone.localdate() else day_bounds(day)[0]
        data["day"] = ""
        return lines_fit(lines, earliest, user, stat=stat)
    return lines


def _when(data: QueryDict) -> Any:
    when = moment_typed(data.get("hold_at", ""))
    if when is None:
        raise InvalidInput(_("Choose a time."), field="starts_at")
    return when


class PatientOptionsView(ActRequiredMixin, View):
    """The listbox of patients while one types."""

    act = Act.PATIENT_FIND

    def get(self, request: HttpRequest) -> HttpResponse:
        text = request.GET.get("q", "")
        rows, _next = patient_find(user=person(request), text=text, limit=8)
        audit_look(user=person(request), act="patient.find", door="page", key=text, text=text, found=len(rows))
        return render(request, "imaging/scheduling/_patient_options.html", {"found": Eyes(person(request)).see_all(rows), "text": text})


class ProcedureOptionsView(ActRequiredMixin, View):
    """The listbox of the catalogue."""

    act = Act.ORDER_ENTER

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "imaging/scheduling/_procedure_options.html", {"found": procedures_find(request.GET.get("q", ""), limit=8)})


def namesakes(user: User, data: QueryDict) -> list[Patient]:
    """Who is here already with this name and birth date; nobody while either is missing."""
    try:
        born = birth_date_clean(data.get("birth_date", ""), today=timezone.localdate())
    except InvalidInput:
        return []
    name, characters = name_clean(data.get("name", "")), data.get("name_ideographic", "").strip()
    if born is None or not (name or characters):
        return []
    return patient_duplicates(user=user, birth_date=born, name=name, name_ideographic=characters)


class NamesakesView(ActRequiredMixin, View):
    """A warning while a new patient is typed."""

    act = Act.PATIENT_REGISTER

    def get(self, request: HttpRequest) -> HttpResponse:
        found = Eyes(person(request)).see_all(namesakes(person(request), request.GET)) if not request.GET.get("patient") else []
        if found:
            typed = " ".join(request.GET.get(name, "") for name in ("name", "name_ideographic", "birth_date")).strip()
            audit_list(user=person(request), act="patient.find", door="page", text=typed[:100])
        return render(request, "imaging/scheduling/_namesakes.html", {"found": [seen for seen in found if not seen.hidden]})


class DraftView(ActRequiredMixin, View):
    """Keeps what is typed with the session; `?discard` lets it go and gives held slots back."""

    act = Act.ORDER_ENTER
    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        if "discard" in request.GET:
            for line in lines_read(QueryDict(request.session.pop(DRAFT, "")), person(request)):
                line_remove([line], 0, person(request))
            return redirect("register")
        typed = request.POST.copy()
        typed.pop("csrfmiddlewaretoken", None)
        request.session[DRAFT] = typed.urlencode()
        return JsonResponse({})


class UnidentifiedView(ActRequiredMixin, View):
    """An emergency whom nobody can name: a patient at once, and the page for the STAT order."""

    act = Act.PATIENT_REGISTER
    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        patient = patient_register_unidentified(user=person(request))
        return redirect(f"{reverse('register')}?patient={patient.pk}&priority=stat")
