"""Looking in other archives for earlier studies of an exam's patient, and having one of them sent here. Page and REST."""

from typing import ClassVar, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.generic import View
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from imaging.access.audit import audit_record
from imaging.access.mixins import ActRequiredMixin, person
from imaging.access.models import User
from imaging.access.permissions import MayAct
from imaging.access.rest import caller
from imaging.access.roles import Act
from imaging.common.errors import NotFound
from imaging.orders.models import Exam
from imaging.orders.selectors import exam_for
from imaging.patients.cards import Eyes
from imaging.routing.models import TransferJob
from imaging.routing.priors import Elsewhere, archives, look_elsewhere
from imaging.routing.serializers import TransferSerializer
from imaging.routing.services import transfer_fetch
from imaging.routing.views_copies import node_named


def exam_of_known(user: User, accession: str) -> Exam:
    """An exam whose patient `user` may know: the archives are asked with the patient's number. Raises NotFound."""
    exam = exam_for(user, accession)
    if Eyes(user).see(exam.patient, exam).hidden:
        raise NotFound(_("There is no such exam."))
    return exam


def look(user: User, exam: Exam, door: str) -> list[Elsewhere]:
    """Record what is asked of whom, and ask."""
    nodes = archives()
    audit_record(
        act="transfer.look_elsewhere", door=door, user=user, patient_number=exam.patient.number,
        accession_number=exam.accession_number, nodes=[node.ae_title for node in nodes],
    )  # fmt: skip
    return look_elsewhere(exam.patient, nodes)


class ElsewhereView(ActRequiredMixin, View):
    """The dialog with what the archives have (GET), and fetching one study of it (POST)."""

    act = Act.IMAGES_SEND

    def get(self, request: HttpRequest, accession: str) -> HttpResponse:
        exam = exam_of_known(person(request), accession)
        return render(request, "imaging/routing/_elsewhere.html", {"exam": exam, "found": look(person(request), exam, "page")})

    def post(self, request: HttpRequest, accession: str) -> HttpResponse:
        user = person(request)
        exam = exam_of_known(user, accession)
        node, uid = node_named(request.POST.get("node", "")), request.POST.get("study", "")
        return redirect("transfer", pk=transfer_fetch(exam=exam, node=node, study_instance_uid=uid, user=user).pk)


class RemoteStudySerializer(serializers.Serializer):
    study_instance_uid = serializers.CharField()
    study_date = serializers.CharField(source="day")
    modalities = serializers.ListField(child=serializers.CharField())
    description = serializers.CharField()
    instances = serializers.IntegerField(allow_null=True)


class ElsewhereSerializer(serializers.Serializer[Elsewhere]):
    """What one archive has that we lack; `error` when it did not answer."""

    node = serializers.CharField(source="node.ae_title")
    lacking = RemoteStudySerializer(many=True)
    held = serializers.IntegerField()
    error = serializers.CharField()


class FetchSerializer(serializers.Serializer[TransferJob]):
    node = serializers.CharField(max_length=16)
    study_instance_uid = serializers.CharField(max_length=64)


class ElsewhereApi(APIView):
    """Other archives' studies of the exam's patient that we lack (GET); have one sent here (POST): a transfer begins."""

    permission_classes = (MayAct,)
    act: ClassVar[Act] = Act.IMAGES_SEND

    @extend_schema(responses=ElsewhereSerializer(many=True))
    def get(self, request: Request, accession: str) -> Response:
        exam = exam_of_known(caller(request), accession)
        found = ElsewhereSerializer(look(caller(request), exam, "api"), many=True)  # type: ignore[arg-type]
        return Response({"results": found.data})

    @extend_schema(request=FetchSerializer, responses={202: TransferSerializer})
    def post(self, request: Request, accession: str) -> Response:
        exam = exam_of_known(caller(request), accession)
        form = FetchSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        node, uid = node_named(form.validated_data["node"]), form.validated_data["study_instance_uid"]
        job = transfer_fetch(exam=exam, node=node, study_instance_uid=uid, user=cast(User, request.user), door="api")
        return Response(TransferSerializer(job, context={"request": request}).data, status=202)
