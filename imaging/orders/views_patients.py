"""Patients: find one, see what is known and which exams there were, correct it, merge and take apart.

The page stands above the patients' slice because it shows their exams.
"""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from imaging.access.audit import audit_look
from imaging.access.mixins import ActRequiredMixin
from imaging.access.models import User
from imaging.access.policy import may
from imaging.access.roles import Act
from imaging.common.errors import Forbidden, InvalidInput, LightboxError
from imaging.common.typed import whole_number
from imaging.orders.panels import patient_panels_for
from imaging.orders.selectors import exams_visible_to
from imaging.patients.cards import Eyes, SeenPatient
from imaging.patients.forms import PatientForm
from imaging.patients.merging import patient_merge, patient_unmerge
from imaging.patients.models import Patient, PatientMerge
from imaging.patients.selectors import merges_of, patient_by_identifier, patient_find, patient_for, patients_visible_to
from imaging.patients.services import patient_update

PAGE_ROWS = 50
EXAM_ROWS = 50


class PatientsView(ActRequiredMixin, View):
    """Find patients by number, characters, pinyin, initials, birth date, sex and age; with nothing typed, who came in last."""

    act = Act.PATIENT_FIND

    def get(self, request: HttpRequest) -> HttpResponse:
        text = request.GET.get("q", "").strip()[:100]
        rows, after = self._found(request, text)
        audit_look(user=_person(request), act="patient.find", door="page", key=text, **({"text": text} if text else {}))
        context = {"rows": rows, "text": text, "after": after, "is_first": not request.GET.get("after")}
        partial = request.GET.get("part") == "rows"
        return render(request, "imaging/patients/_rows.html" if partial else "imaging/patients/patients.html", context)

    def _found(self, request: HttpRequest, text: str) -> tuple[list[SeenPatient], str]:
        eyes, after = Eyes(request.user), request.GET.get("after", "")
        last = whole_number(after)
        if text:
            found, go_on = patient_find(user=request.user, text=text, limit=PAGE_ROWS, after=after)
            return eyes.see_all(found), go_on
        newest = patients_visible_to(request.user).filter(merged_into=None).order_by("-pk")
        page = list(newest.filter(pk__lt=last)[: PAGE_ROWS + 1] if last is not None else newest[: PAGE_ROWS + 1])
        return eyes.see_all(page[:PAGE_ROWS]), str(page[PAGE_ROWS - 1].pk) if len(page) > PAGE_ROWS else ""


class PatientPage(ActRequiredMixin, View):
    """What the pages of one patient have in common."""

    act = Act.PATIENT_FIND

    def context(self, request: HttpRequest, patient: Patient, door: str = "page") -> dict[str, Any]:
        card = Eyes(request.user).card(patient)
        audit_look(
            user=_person(request), act="patient.view", door=door, key=str(patient.pk), patient_number=patient.number, masked=card.hidden
        )
        return {"patient": card.patient, "card": card, "exams": _exams(request.user, patient)} | _open_facts(patient, card.hidden)


def _exams(user: Any, patient: Patient) -> list[dict[str, Any]]:
    """The newest exams of this patient that exist for `user`."""
    rows = exams_visible_to(user).filter(patient=patient).select_related("procedure", "department").order_by("-ordered_at", "-pk")
    return [{"exam": exam, "moment": exam.started_at or exam.scheduled_at or exam.ordered_at} for exam in rows[:EXAM_ROWS]]


def _open_facts(patient: Patient, hidden: bool) -> dict[str, Any]:
    if hidden:
        return {"identifiers": [], "visits": [], "address": ""}
    visits = patient.visits.order_by("-admitted_at", "-pk")[:5]
    return {"identifiers": patient.identifiers.order_by("kind", "value"), "visits": visits, "address": patient.address}


class PatientPanelView(PatientPage):
    """The side panel of the list."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return render(request, "imaging/patients/_panel.html", self.context(request, patient_for(request.user, pk)))


class PatientView(PatientPage):
    """One patient: known facts, exams, corrections; merging for who may."""

    post_act = Act.PATIENT_REGISTER

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        patient = patient_for(request.user, pk)
        if patient.merged_into_id is not None:
            return redirect("patient", patient.merged_into_id)
        return self._page(request, patient, PatientForm.of(patient))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        patient = patient_for(request.user, pk)
        _must_see(request.user, patient)
        form = PatientForm(request.POST)
        if form.is_valid() and self._save(request, patient, form):
            messages.success(request, _("What is known of the patient was corrected."))
            return redirect("patient", pk)
        return self._page(request, patient, form, status=422)

    def _save(self, request: HttpRequest, patient: Patient, form: PatientForm) -> bool:
        fields = dict(form.cleaned_data)
        if fields["allergies"] and fields["allergies"] != patient.allergies:
            fields["allergies_asked_at"] = timezone.now()
        try:
            patient_update(patient=patient, user=_person(request), **fields)
        except InvalidInput as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
            return False
        return True

    def _page(self, request: HttpRequest, patient: Patient, form: PatientForm, status: int = 200) -> HttpResponse:
        context = self.context(request, patient)
        shown = not context["card"].hidden
        can_merge = shown and may(request.user, Act.PATIENT_MERGE)
        context |= {
            "form": form if shown and may(request.user, Act.PATIENT_REGISTER) else None,
            "merges": merges_of(patient) if can_merge else [],
            "can_merge": can_merge,
            "panels": patient_panels_for(request.user, patient.pk) if shown else [],
        }
        return render(request, "imaging/patients/patient.html", context, status=status)


class PatientMergeView(ActRequiredMixin, View):
    """Close another number in favour of this patient; the number that stays is typed to confirm."""

    act = Act.PATIENT_MERGE

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        survivor = patient_for(request.user, pk)
        _must_see(request.user, survivor)
        try:
            retired = self._other(request)
            _typed(request, survivor)
            patient_merge(survivor=survivor, retired=retired, reason=request.POST.get("reason", ""), user=_person(request))
        except LightboxError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Patient %(number)s was merged into this one.") % {"number": retired.number})
        return redirect("patient", pk)

    def _other(self, request: HttpRequest) -> Patient:
        other = patient_by_identifier(request.POST.get("other", ""))
        if other is None or not patients_visible_to(request.user).filter(pk=other.pk).exists():
            raise InvalidInput(_("There is no patient with this number."), field="other")
        _must_see(request.user, other)
        return other


class PatientUnmergeView(ActRequiredMixin, View):
    """Take a merge apart."""

    act = Act.PATIENT_MERGE

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        merge = get_object_or_404(PatientMerge.objects.select_related("survivor"), pk=pk)
        survivor = patient_for(request.user, merge.survivor_id)
        _must_see(request.user, survivor)
        try:
            opened = patient_unmerge(merge=merge, reason=request.POST.get("reason", ""), user=_person(request))
        except LightboxError as error:
            messages.error(request, str(error))
            return redirect("patient", survivor.pk)
        messages.success(request, _("Patient %(number)s is open again.") % {"number": opened.number})
        return redirect("patient", opened.pk)


def _typed(request: HttpRequest, survivor: Patient) -> None:
    if request.POST.get("typed", "").strip() != survivor.number:
        raise InvalidInput(_("Type the number that stays exactly."), field="typed")


def _must_see(user: Any, patient: Patient) -> None:
    """Who sees only "Protected patient" changes nothing. Raises Forbidden."""
    if Eyes(user).see(patient).hidden:
        raise Forbidden(_("Who is not on the access list cannot change a protected patient."))


def _person(request: HttpRequest) -> User:
    """Who is signed in; the policy has let nobody else this far."""
    return cast(User, request.user)
