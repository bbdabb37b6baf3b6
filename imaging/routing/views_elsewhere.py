"""Looking in other archives for studies of a patient, from an exam or from the patient's page, and having one of them sent here."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from imaging.access.audit import audit_look, audit_record
from imaging.access.mixins import ActRequiredMixin, person
from imaging.access.models import User
from imaging.access.roles import Act
from imaging.common.errors import NotFound
from imaging.orders.models import Exam
from imaging.orders.selectors import exam_for
from imaging.patients.cards import Eyes
from imaging.patients.merging import patient_live
from imaging.patients.models import Patient
from imaging.patients.selectors import patient_for
from imaging.routing.elsewhere import Elsewhere, archives, look_elsewhere, numbers_of
from imaging.routing.models import TransferJob
from imaging.routing.selectors import fetches_of
from imaging.routing.services import transfer_fetch
from imaging.routing.views_copies import node_named


@dataclass(frozen=True)
class Whom:
    """For whom archives are asked, and from where."""

    patient: Patient
    exam: Exam | None
    address: str


def whom_of_exam(user: User, accession: str) -> Whom:
    """An exam whose patient `user` may know: the archives are asked with the patient's numbers. Raises NotFound."""
    exam = exam_for(user, accession)
    if Eyes(user).see(exam.patient, exam).hidden:
        raise NotFound(_("There is no such exam."))
    return Whom(exam.patient, exam, reverse("exam-elsewhere", args=[accession]))


def whom_of_patient(user: User, pk: int) -> Whom:
    """A patient whom `user` may know; for a closed record the one that it was merged into. Raises NotFound."""
    patient = patient_live(patient_for(user, pk))
    if Eyes(user).see(patient).hidden:
        raise NotFound(_("There is no such patient."))
    return Whom(patient, None, reverse("patient-elsewhere", args=[patient.pk]))


def look(user: User, whom: Whom, door: str) -> Elsewhere:
    """Record what is asked of whom, and ask."""
    nodes = archives()
    audit_record(
        act="transfer.look_elsewhere", door=door, user=user, patient_number=whom.patient.number,
        accession_number=whom.exam.accession_number if whom.exam else "", nodes=[node.ae_title for node in nodes],
        numbers=[f"{number.kind} {number.issuer}" for number in numbers_of(whom.patient)],
    )  # fmt: skip
    return look_elsewhere(whom.patient, nodes)


def fetch(user: User, whom: Whom, node: str, study: str, door: str) -> TransferJob:
    """Raises NotFound for a node that there is not, and what `transfer_fetch` does."""
    return transfer_fetch(patient=whom.patient, exam=whom.exam, node=node_named(node), study_instance_uid=study, user=user, door=door)


class ExamElsewhereView(ActRequiredMixin, View):
    """The dialog with what the archives have (GET), and fetching one study of it (POST)."""

    act = Act.IMAGES_SEND
    whom = staticmethod(whom_of_exam)

    def get(self, request: HttpRequest, **key: Any) -> HttpResponse:
        whom = self.whom(person(request), **key)
        return render(request, "imaging/routing/_elsewhere.html", {"whom": whom, "found": look(person(request), whom, "page")})

    def post(self, request: HttpRequest, **key: Any) -> HttpResponse:
        user = person(request)
        job = fetch(user, self.whom(user, **key), request.POST.get("node", ""), request.POST.get("study", ""), "page")
        return redirect("transfer", pk=job.pk)


class PatientElsewhereView(ExamElsewhereView):
    """The same from the patient's page."""

    whom = staticmethod(whom_of_patient)  # type: ignore[assignment]


class PatientTransfersView(ActRequiredMixin, TemplateView):
    """On the patient's page: what was fetched from other archives, and the way to look there."""

    act = Act.TRANSFER_VIEW
    template_name = "imaging/routing/_patient_transfers.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = person(self.request)
        whom = whom_of_patient(user, kwargs["pk"])
        patient = whom.patient
        audit_look(user=user, act="transfer.of_patient", door="page", key=str(patient.pk), patient_number=patient.number)
        return super().get_context_data(**kwargs, whom=whom, jobs=fetches_of(user, patient), looks_elsewhere=bool(archives()))
