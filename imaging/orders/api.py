"""The catalogue and exams over REST. Entering orders with their booking is in `imaging.scheduling.api`."""

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from imaging.access.audit import audit_look
from imaging.access.permissions import MayAct
from imaging.access.rest import caller, checked, limit_of
from imaging.access.roles import Act
from imaging.orders.looks import audit_exam_look
from imaging.orders.models import Exam, ExamEvent
from imaging.orders.selectors import ExamFilter, exam_for, exams_listed, procedures_find
from imaging.orders.serializers import EventSerializer, ExamSerializer, ProcedureSerializer
from imaging.orders.services import exam_cancel
from imaging.patients.cards import Eyes
from imaging.patients.serializers import ActReasonSerializer

FILTERS = [OpenApiParameter(name) for name in ("q", "state", "modality", "date_from", "date_to")]


def exam_looked(request: Request, accession: str) -> Exam:
    """The exam for the caller, and the row in the audit trail that they looked. Raises NotFound."""
    exam = exam_for(caller(request), accession)
    audit_exam_look(user=caller(request), exam=exam, door="api")
    return exam


def exam_answer(request: Request, exam: Exam) -> Response:
    """The exam as it is now, as the caller may see it."""
    fresh = Exam.objects.select_related("patient", "procedure__department", "performer", "reader").get(pk=exam.pk)
    return Response(ExamSerializer(fresh, context={"eyes": Eyes(caller(request))}).data)


class ProceduresView(APIView):
    """The catalogue: price, minutes, preparation."""

    act = Act.EXAM_LIST
    permission_classes = (MayAct,)

    @extend_schema(parameters=[OpenApiParameter("q"), OpenApiParameter("modality")], responses=ProcedureSerializer(many=True))
    def get(self, request: Request) -> Response:
        modalities = [word for word in request.query_params.get("modality", "").split(",") if word]
        found = procedures_find(request.query_params.get("q", ""), limit=limit_of(request), modalities=modalities)
        return Response(ProcedureSerializer(found, many=True).data)


@extend_schema(parameters=FILTERS)
class ExamsView(ListAPIView):
    """The exams that exist for the caller, newest first."""

    act = Act.EXAM_LIST
    permission_classes = (MayAct,)
    serializer_class = ExamSerializer
    queryset = Exam.objects.none()

    def get_queryset(self) -> QuerySet[Exam]:
        user = caller(self.request)
        asked = ExamFilter.read(self.request.query_params)
        audit_look(user=user, act="exam.list", door="api", key=asked.text, **({"text": asked.text} if asked.text else {}))
        return exams_listed(user, asked)

    def get_serializer_context(self) -> dict[str, object]:
        return {**super().get_serializer_context(), "eyes": Eyes(caller(self.request))}


class ExamView(APIView):
    act = Act.EXAM_LIST
    permission_classes = (MayAct,)

    @extend_schema(responses=ExamSerializer)
    def get(self, request: Request, accession: str) -> Response:
        return exam_answer(request, exam_looked(request, accession))


class TimelineView(APIView):
    """Everything that happened to the exam, oldest first."""

    act = Act.EXAM_LIST
    permission_classes = (MayAct,)

    @extend_schema(responses=EventSerializer(many=True))
    def get(self, request: Request, accession: str) -> Response:
        exam = exam_looked(request, accession)
        return Response(EventSerializer(ExamEvent.objects.filter(exam=exam), many=True).data)


class ExamCancelView(APIView):
    """Cancel an exam that has not begun."""

    act = Act.ORDER_CANCEL
    permission_classes = (MayAct,)

    @extend_schema(request=ActReasonSerializer, responses=ExamSerializer)
    def post(self, request: Request, accession: str) -> Response:
        exam = exam_for(caller(request), accession)
        exam_cancel(exam=exam, reason=checked(ActReasonSerializer, request)["reason"], user=caller(request), door="api")
        return exam_answer(request, exam)
