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
from imaging.archive.looks import audit_case_look
from imaging.archive.models import CaseKind, Decision, IntegrityCase
from imaging.archive.queue.batch import cases_resolve
from imaging.archive.queue.claims import case_claim
from imaging.archive.queue.forms import CaseFilterForm
from imaging.archive.queue.selectors import case_for, cases_found, cases_shown
from imaging.archive.queue.serializers import (
    BatchSerializer,
    CaseDetailSerializer,
    CaseSerializer,
    ClaimSerializer,
    DecidedSerializer,
    DecisionSerializer,
)
from imaging.archive.queue.services import case_reopen, case_resolve
from imaging.orders.selectors import exam_for

FILTERS = [OpenApiParameter("kind", str, enum=CaseKind.values), OpenApiParameter("settled", bool), OpenApiParameter("source", str),
    OpenApiParameter("q", str)]  # fmt: skip


@extend_schema(parameters=FILTERS)
class CasesView(ListAPIView[IntegrityCase]):
    """Open cases, newest first; settled ones with `settled=true`."""

    permission_classes = (MayAct,)
    act: ClassVar[Act] = Act.ARCHIVE_RECONCILE
    serializer_class = CaseSerializer

    def get_queryset(self) -> QuerySet[IntegrityCase]:
        values = CaseFilterForm(self.request.query_params).values()
        narrowed = {name: values.get(name, "") for name in ("kind", "source", "q")}
        audit_list(user=caller(self.request), act="unmatched.list", door="api", **narrowed)
        return cases_found(self.request.user, settled=bool(values.get("settled")), **narrowed)


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


class CaseClaimView(APIView):
    """Be at a case, so that nobody else decides it meanwhile; `take_over` takes it from who is."""

    permission_classes = (MayAct,)
    act = Act.ARCHIVE_RECONCILE

    @extend_schema(request=ClaimSerializer, responses=CaseSerializer)
    def post(self, request: Request, pk: int) -> Response:
        form = ClaimSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        case = case_for(request.user, pk)
        case_claim(user=caller(request), case=case, take_over=form.validated_data["take_over"])
        return Response(CaseSerializer(case, context={"request": request}).data)


class CasesDecideView(APIView):
    """The same decision about several cases; each by itself."""

    permission_classes = (MayAct,)
    act = Act.ARCHIVE_RECONCILE

    @extend_schema(operation_id="unmatched_decide_many", request=BatchSerializer, responses=DecidedSerializer)
    def post(self, request: Request) -> Response:
        user, form = caller(request), BatchSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted = form.validated_data
        cases = [case_for(user, pk) for pk in dict.fromkeys(wanted["cases"])]
        decided = cases_resolve(user=user, cases=cases, decision=Decision(wanted["decision"]), reason=wanted["reason"], door="api")
        return Response({"done": decided.done, "refused": [{"case": case.pk, "reason": why} for case, why in decided.refused]})
