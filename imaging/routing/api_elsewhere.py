"""REST for looking in other archives: what they have of a patient that we lack, and having one study sent here."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from imaging.access.permissions import MayAct
from imaging.access.rest import caller
from imaging.access.roles import Act
from imaging.patients.models import PatientIdentifier
from imaging.routing.elsewhere import Elsewhere, FoundStudy, Holder, Told
from imaging.routing.models import TransferJob
from imaging.routing.serializers import TransferSerializer
from imaging.routing.views_elsewhere import fetch, look, whom_of_exam, whom_of_patient


class NumberSerializer(serializers.ModelSerializer[PatientIdentifier]):
    class Meta:
        model = PatientIdentifier
        fields = ("value", "issuer", "kind")


class HolderSerializer(serializers.Serializer[Holder]):
    """An archive that has the study, and the patient's numbers under which it has it."""

    node = serializers.CharField(source="node.ae_title")
    instances = serializers.IntegerField(allow_null=True)
    under = NumberSerializer(many=True)


class FoundStudySerializer(serializers.Serializer[FoundStudy]):
    study_instance_uid = serializers.CharField(source="study.study_instance_uid")
    study_date = serializers.CharField(source="study.day")
    modalities = serializers.ListField(source="study.modalities", child=serializers.CharField())
    description = serializers.CharField(source="study.description")
    holders = HolderSerializer(many=True)


class ToldSerializer(serializers.Serializer[Told]):
    """`strangers` are studies under these numbers that have another birth date or issuer; `error` says why there is no answer."""

    node = serializers.CharField(source="node.ae_title")
    lacking = serializers.IntegerField()
    held = serializers.IntegerField()
    strangers = serializers.IntegerField()
    error = serializers.CharField()


class ElsewhereSerializer(serializers.Serializer[Elsewhere]):
    """Studies that we lack, each once; and what each archive said."""

    results = FoundStudySerializer(source="studies", many=True)
    archives = ToldSerializer(many=True)


class FetchSerializer(serializers.Serializer[TransferJob]):
    node = serializers.CharField(max_length=16)
    study_instance_uid = serializers.CharField(max_length=64)


class ExamElsewhereApi(APIView):
    """Other archives' studies of the exam's patient that we lack (GET); have one sent here (POST): a transfer begins."""

    permission_classes = (MayAct,)
    act: ClassVar[Act] = Act.IMAGES_SEND
    whom = staticmethod(whom_of_exam)

    @extend_schema(responses=ElsewhereSerializer)
    def get(self, request: Request, **key: Any) -> Response:
        user = caller(request)
        return Response(ElsewhereSerializer(look(user, self.whom(user, **key), "api")).data)

    @extend_schema(request=FetchSerializer, responses={202: TransferSerializer})
    def post(self, request: Request, **key: Any) -> Response:
        user = caller(request)
        whom, form = self.whom(user, **key), FetchSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        job = fetch(user, whom, form.validated_data["node"], form.validated_data["study_instance_uid"], "api")
        return Response(TransferSerializer(job, context={"request": request}).data, status=202)


class PatientElsewhereApi(ExamElsewhereApi):
    """Other archives' studies of the patient that we lack (GET); have one sent here (POST): a transfer begins."""

    whom = staticmethod(whom_of_patient)  # type: ignore[assignment]
