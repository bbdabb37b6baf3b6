"""Handing a report over, by REST."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from imaging.access.roles import Act
from imaging.patients.protection import Sight
from reporting.reports import services
from reporting.reports.api import DOOR, ReportAPI
from reporting.reports.models import HandOver
from reporting.reports.selectors import report_workable, sight_of_exam
from reporting.reports.serializers import ReportSerializer
from reporting.subspecialties.selectors import readers


class OfferSerializer(serializers.Serializer):
    to = serializers.SlugRelatedField(slug_field="username", queryset=readers(), help_text="User name of a colleague who reads.")
    word = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class RefusalSerializer(serializers.Serializer):
    word = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class HandOverSerializer(serializers.ModelSerializer):
    """An offer and what became of it; `outcome` is empty while it waits."""

    accession_number = serializers.CharField(source="report.exam.accession_number", read_only=True)
    giver = serializers.CharField(source="giver.username", read_only=True)
    taker = serializers.CharField(source="taker.username", read_only=True)

    class Meta:
        model = HandOver
        fields = ("accession_number", "giver", "taker", "word", "offered_at", "outcome", "answer", "settled_at")


class HandAPI(ReportAPI):
    act = Act.REPORT_WRITE


class HandOverAPI(HandAPI):
    @extend_schema(request=OfferSerializer, responses={201: HandOverSerializer})
    def post(self, request: Request, accession: str) -> Response:
        """Offer the report to a colleague; until they take it the caller holds it."""
        offer = services.report_offer(report=self.report(accession), user=self.user, door=DOOR, **self.given(OfferSerializer))
        return Response(HandOverSerializer(offer).data, status=201)

    @extend_schema(responses=HandOverSerializer)
    def delete(self, request: Request, accession: str) -> Response:
        """Take the offer back."""
        return Response(HandOverSerializer(services.report_offer_withdraw(report=self.report(accession), user=self.user, door=DOOR)).data)


class HandTakeAPI(HandAPI):
    @extend_schema(request=None, responses=ReportSerializer)
    def post(self, request: Request, accession: str) -> Response:
        """Take what is offered to the caller, and go on with it."""
        report = report_workable(user=self.user, accession=accession)
        return self.answer(services.report_offer_take(report=report, user=self.user, door=DOOR))


class HandRefuseAPI(HandAPI):
    @extend_schema(request=RefusalSerializer, responses=HandOverSerializer)
    def post(self, request: Request, accession: str) -> Response:
        """Leave it with who offers it."""
        report = report_workable(user=self.user, accession=accession)
        offer = services.report_offer_refuse(report=report, user=self.user, door=DOOR, **self.given(RefusalSerializer))
        told = HandOverSerializer(offer).data
        # The giver's word may name a patient whom this person sees masked.
        is_whole = sight_of_exam(self.user, offer.report.exam) is Sight.FULL
        return Response(told if is_whole else {**told, "word": ""})


OPERATIONS: dict[str, type[ReportAPI]] = {
    "hand-over/": HandOverAPI,
    "hand-over/take/": HandTakeAPI,
    "hand-over/refuse/": HandRefuseAPI,
}
