"""Who may see a protected patient: the part of the patient's page that keeps the list. The page itself is in `imaging.orders`."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views import View

from imaging.access import guardian_wrapper
from imaging.access.audit import audit_look
from imaging.access.mixins import ActRequiredMixin, person
from imaging.access.models import User
from imaging.access.roles import Act
from imaging.common.errors import InvalidInput, LightboxError
from imaging.patients.models import Patient
from imaging.patients.protection import SEE_PROTECTED, keeps_list
from imaging.patients.selectors import patient_for
from imaging.patients.services import access_list_add, access_list_remove, patient_protect


class ProtectionView(ActRequiredMixin, View):
    """Show the list; POST protects or lifts (`protected`), puts somebody on the list (`add`) or takes them off (`remove`)."""

    act = Act.PATIENT_PROTECT

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        patient = patient_for(person(request), pk)
        audit_look(user=person(request), act="access.list", door="page", key=str(pk), patient_number=patient.number)
        return self._part(request, patient)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        patient, error = patient_for(person(request), pk), None
        try:
            change(request, patient, person(request))
        except LightboxError as refused:
            error = refused
        return self._part(request, patient_for(person(request), pk), error)

    def _part(self, request: HttpRequest, patient: Patient, error: LightboxError | None = None) -> HttpResponse:
        keeps = keeps_list(person(request), patient)
        listed = guardian_wrapper.users_granted(permission=SEE_PROTECTED, on=patient).order_by("username") if keeps else []
        context = {"pk": patient.pk, "is_protected": patient.is_protected, "keeps": keeps, "listed": listed, "error": error}
        return render(request, "imaging/patients/_protection.html", context)


def change(request: HttpRequest, patient: Patient, user: User) -> None:
    """What the form asked for. Raises InvalidInput for a missing reason or an unknown account, Forbidden for who does not keep the list."""
    given = request.POST
    if "protected" in given:
        reason = given.get("reason", "").strip()
        if not reason:
            raise InvalidInput(_("Say why."), field="reason")
        patient_protect(patient=patient, protected=given["protected"] == "1", reason=reason, user=user)
        return
    name = (given.get("add") or given.get("remove") or "").strip()
    chosen = User.objects.filter(username=name, is_active=True).first()
    if chosen is None:
        raise InvalidInput(_("There is no account %(name)s.") % {"name": name}, field="add")
    keep = access_list_add if given.get("add") else access_list_remove
    keep(patient=patient, person=chosen, user=user)
