"""REST for the human integrity queue."""

from typing import ClassVar, cast

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from imaging.access.audit import audit_list
from imaging.access.models import User
from imaging.access.permissions import MayAct
from imaging.access.rest import caller
from imaging.access.roles import Act
from imaging.archive.cases import case_for, cases_found, cases_shown
from imaging.archive.forms import CaseFilterForm
from imaging.archive.looks import audit_case_look
from imaging.archive.models import CaseKind, Decision, IntegrityCase
from imaging.archive.serializers import CaseDetailSerializer, CaseSerializer, DecisionSerializer
from imaging.archive.services import case_reopen, case_resolve
from imaging.orders.selectors import exam_for

FILTERS = [OpenApiParameter("kind", str, enum=CaseKind.values), OpenApiParameter("settled", bool)]


@extend_schema(parameters=FILTERS)
class CasesView(ListAPIView[IntegrityCase]):
    """Open cases, newest first; settled ones with `settled=true`."""

    permission_classes = (MayAct,)
    act: ClassVar[Act] = Act.ARCHIVE_RECONCILE
    serializer_class = CaseSerializer

    def get_queryset(self) -> QuerySet[IntegrityCase]:
        values = CaseFilterForm(self.request.query_params).values()
        audit_list(user=caller(self.request), act="unmatched.list", door="api", kind=values.get("kind", ""))
        return cases_found(self.request.user, kind=values.get("kind", ""), settled=bool(values.get("settled")))


class CaseView(APIView):
    """One case with both sides and the exams that fit."""

    permission_classes = (MayAct,)
    act = Act.ARCHIVE_RECONCILE

    @extend_schema(responses=CaseDetailSerializer)
    def get(self, request: Request, pk: int) -> Response:
        case = case_for(request.user, pk)
        (shown,) = cases_shown(request.user, [case])
        audit_case_look(user=caller(request), shown=shown, door="api")
        return Response(CaseDetailSerializer(case, context={"request": request}).data)


class CaseDecideView(APIView):
    """Decide a case."""

    permission_classes = (MayAct,)
    act = Act.ARCHIVE_RECONCILE

    @extend_schema(request=DecisionSerializer, responses=CaseSerializer)
    def post(self, request: Request, pk: int) -> Response:
        user = cast(User, request.user)
        form = DecisionSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted = form.validated_data
        exam = exam_for(user, wanted["accession_number"]) if wanted["accession_number"] else None
        decision = Decision(wanted["decision"])
        case = case_resolve(
            user=user, case=case_for(user, pk), decision=decision, exam=exam, reason=wanted["reason"], alike=wanted["alike"], door="api"
        )
        return Response(CaseSerializer(case, context={"request": request}).data)


class CaseReopenView(APIView):
    """Take a decision back, for all cases that it settled."""

    permission_classes = (MayAct,)
    act = Act.ARCHIVE_RECONCILE

    @extend_schema(request=None, responses=CaseSerializer)
    def post(self, request: Request, pk: int) -> Response:
        user = cast(User, request.user)
        case = case_reopen(user=user, case=case_for(user, pk), door="api")
        return Response(CaseSerializer(case, context={"request": request}).data)
