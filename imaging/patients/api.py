"""Patients over REST."""

from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from imaging.access import guardian_wrapper
from imaging.access.audit import audit_look
from imaging.access.models import User
from imaging.access.permissions import MayAct
from imaging.access.rest import caller, checked, limit_of
from imaging.access.roles import Act
from imaging.common.errors import Forbidden
from imaging.patients.cards import Eyes, patient_as_seen_by
from imaging.patients.merging import patient_merge, patient_unmerge
from imaging.patients.models import Patient, PatientMerge
from imaging.patients.protection import SEE_PROTECTED
from imaging.patients.selectors import patient_find, patient_for, patients_visible_to
from imaging.patients.serializers import (
    ActReasonSerializer,
    MergeInSerializer,
    MergeSerializer,
    PatientInSerializer,
    PatientNewSerializer,
    PatientPageSerializer,
    PersonSerializer,
    ProtectionSerializer,
    SeenPatientSerializer,
)
from imaging.patients.services import (
    access_list_add,
    access_list_remove,
    patient_protect,
    patient_register,
    patient_update,
    require_keeper,
)

TEXT, AFTER = OpenApiParameter("q", description="Number, name, pinyin, initials, birth date, sex, age"), OpenApiParameter("after")
LIMIT = OpenApiParameter("limit", OpenApiTypes.INT)


def seen_out(user: User, patient: Patient) -> dict[str, Any]:
    """`patient` for an answer to `user`, and the row in the audit trail that they looked."""
    seen = patient_as_seen_by(user=user, patient=patient)
    audit_look(user=user, act="patient.view", door="api", key=str(patient.pk), patient_number=patient.number, masked=seen.hidden)
    return dict(SeenPatientSerializer(seen).data)


def fields_of(data: dict[str, Any]) -> dict[str, Any]:
    """What goes to the services: an unsaid flag is left out."""
    return {name: value for name, value in data.items() if not (name == "is_unidentified" and value is None)}


class PatientsView(APIView):
    """Find patients; register one."""

    acts: ClassVar = {"get": Act.PATIENT_FIND, "post": Act.PATIENT_REGISTER}
    permission_classes = (MayAct,)

    @extend_schema(operation_id="patients_find", parameters=[TEXT, AFTER, LIMIT], responses=PatientPageSerializer)
    def get(self, request: Request) -> Response:
        user, text = caller(request), request.query_params.get("q", "")
        rows, after = patient_find(user=user, text=text, limit=limit_of(request), after=request.query_params.get("after", ""))
        audit_look(user=user, act="patient.find", door="api", key=text, text=text, found=len(rows))
        return Response({"results": SeenPatientSerializer(Eyes(user).see_all(rows), many=True).data, "next": after})

    @extend_schema(request=PatientNewSerializer, responses={201: SeenPatientSerializer})
    def post(self, request: Request) -> Response:
        patient = patient_register(user=caller(request), door="api", **fields_of(checked(PatientNewSerializer, request)))
        return Response(seen_out(caller(request), patient), status=201)


class PatientView(APIView):
    """One patient; correct what is known."""

    acts: ClassVar = {"get": Act.PATIENT_FIND, "patch": Act.PATIENT_REGISTER}
    permission_classes = (MayAct,)

    @extend_schema(responses=SeenPatientSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(seen_out(caller(request), patient_for(caller(request), pk)))

    @extend_schema(request=PatientInSerializer, responses=SeenPatientSerializer)
    def patch(self, request: Request, pk: int) -> Response:
        user, patient = caller(request), patient_for(caller(request), pk)
        if patient_as_seen_by(user=user, patient=patient).hidden:
            raise Forbidden(_("Who is not on the access list cannot change a protected patient."))
        changed = patient_update(patient=patient, user=user, door="api", **fields_of(checked(PatientInSerializer, request)))
        return Response(seen_out(user, changed))


class PatientMergeView(APIView):
    """Close another record of the same person in favour of this one."""

    act = Act.PATIENT_MERGE
    permission_classes = (MayAct,)

    @extend_schema(request=MergeInSerializer, responses={201: MergeSerializer})
    def post(self, request: Request, pk: int) -> Response:
        data, user = checked(MergeInSerializer, request), caller(request)
        survivor, retired = patient_for(user, pk), patient_for(user, data["retired"])
        merge = patient_merge(survivor=survivor, retired=retired, reason=data["reason"], user=user, door="api")
        return Response(MergeSerializer(merge).data, status=201)


class MergeUndoView(APIView):
    """Take a merge apart; everything that moved goes back."""

    act = Act.PATIENT_MERGE
    permission_classes = (MayAct,)

    @extend_schema(request=ActReasonSerializer, responses=SeenPatientSerializer)
    def post(self, request: Request, pk: int) -> Response:
        user = caller(request)
        merge = get_object_or_404(PatientMerge.objects.filter(survivor__in=patients_visible_to(user)), pk=pk)
        opened = patient_unmerge(merge=merge, reason=checked(ActReasonSerializer, request)["reason"], user=user, door="api")
        return Response(seen_out(user, opened))


class ProtectionView(APIView):
    """Protect a patient (VIP), or lift it."""

    act = Act.PATIENT_PROTECT
    permission_classes = (MayAct,)

    @extend_schema(request=ProtectionSerializer, responses=SeenPatientSerializer)
    def post(self, request: Request, pk: int) -> Response:
        user = caller(request)
        patient = patient_for(user, pk)
        return Response(seen_out(user, patient_protect(patient=patient, user=user, door="api", **checked(ProtectionSerializer, request))))


class AccessListView(APIView):
    """Who sees this protected patient: the list, and one more or one less."""

    act = Act.PATIENT_PROTECT
    permission_classes = (MayAct,)

    def _answer(self, patient: Patient) -> Response:
        people = guardian_wrapper.users_granted(permission=SEE_PROTECTED, on=patient)
        return Response(PersonSerializer(people.order_by("username"), many=True).data)

    def _person(self, request: Request) -> User:
        return get_object_or_404(User, username=checked(PersonSerializer, request)["username"], is_active=True)

    @extend_schema(responses=PersonSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        patient = patient_for(caller(request), pk)
        require_keeper(patient, caller(request))
        audit_look(user=caller(request), act="access.list", door="api", key=str(patient.pk), patient_number=patient.number)
        return self._answer(patient)

    @extend_schema(request=PersonSerializer, responses=PersonSerializer(many=True))
    def post(self, request: Request, pk: int) -> Response:
        patient = patient_for(caller(request), pk)
        access_list_add(patient=patient, person=self._person(request), user=caller(request), door="api")
        return self._answer(patient)

    @extend_schema(request=PersonSerializer, responses=PersonSerializer(many=True))
    def delete(self, request: Request, pk: int) -> Response:
        patient = patient_for(caller(request), pk)
        access_list_remove(patient=patient, person=self._person(request), user=caller(request), door="api")
        return self._answer(patient)
