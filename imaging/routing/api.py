"""REST for transfers."""

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
from imaging.archive.selectors import studies_visible_to
from imaging.routing.forms import TransferFilterForm
from imaging.routing.looks import audit_transfer_look
from imaging.routing.models import TransferJob, TransferKind, TransferState
from imaging.routing.selectors import transfer_for, transfers_found, transfers_shown
from imaging.routing.serializers import PrioritySerializer, RetrySerializer, SendSerializer, TransferSerializer
from imaging.routing.services import transfer_cancel, transfer_prioritise, transfer_retry, transfer_send, transfers_retry_failed

FILTERS = [
    OpenApiParameter("state", str, enum=TransferState.values),
    OpenApiParameter("kind", str, enum=TransferKind.values),
    OpenApiParameter("node", str),
]


class TransfersView(ListAPIView[TransferJob]):
    """Transfers, newest first; POST sends a study to a node."""

    permission_classes = (MayAct,)
    acts: ClassVar[dict[str, Act]] = {"get": Act.TRANSFER_VIEW, "post": Act.IMAGES_SEND}
    serializer_class = TransferSerializer

    def get_queryset(self) -> QuerySet[TransferJob]:
        values = TransferFilterForm(self.request.query_params).values()
        audit_list(user=caller(self.request), act="transfer.list", door="api", **values)
        return transfers_found(self.request.user, **values)

    @extend_schema(parameters=FILTERS)
    def get(self, request: Request) -> Response:
        return self.list(request)

    @extend_schema(request=SendSerializer, responses={202: TransferSerializer})
    def post(self, request: Request) -> Response:
        user = cast(User, request.user)
        form = SendSerializer(data=request.data)
        form.fields["study_instance_uid"].queryset = studies_visible_to(user)  # type: ignore[attr-defined]
        form.is_valid(raise_exception=True)
        wanted = form.validated_data
        job = transfer_send(study=wanted["study_instance_uid"], node=wanted["node"], priority=wanted["priority"], user=user, door="api")
        return Response(TransferSerializer(job, context={"request": request}).data, status=202)


class TransferView(APIView):
    """One transfer with the objects that were not taken."""

    permission_classes = (MayAct,)
    act = Act.TRANSFER_VIEW

    @extend_schema(responses=TransferSerializer)
    def get(self, request: Request, pk: int) -> Response:
        job = transfer_for(request.user, pk)
        (shown,) = transfers_shown(request.user, [job])
        audit_transfer_look(user=caller(request), shown=shown, door="api")
        return Response(TransferSerializer(job, context={"request": request}).data)


class TransferCancelView(APIView):
    """Stop a transfer."""

    permission_classes = (MayAct,)
    act = Act.TRANSFER_VIEW

    @extend_schema(request=None, responses=TransferSerializer)
    def post(self, request: Request, pk: int) -> Response:
        job = transfer_cancel(job=transfer_for(request.user, pk), user=cast(User, request.user), door="api")
        return Response(TransferSerializer(job, context={"request": request}).data)


class TransferRetryView(APIView):
    """Begin again where a transfer ended."""

    permission_classes = (MayAct,)
    act = Act.TRANSFER_VIEW

    @extend_schema(request=None, responses={202: TransferSerializer})
    def post(self, request: Request, pk: int) -> Response:
        job = transfer_retry(job=transfer_for(request.user, pk), user=cast(User, request.user), door="api")
        return Response(TransferSerializer(job, context={"request": request}).data, status=202)


class TransferPriorityView(APIView):
    """Let a transfer that waits go earlier or later."""

    permission_classes = (MayAct,)
    act = Act.TRANSFER_VIEW

    @extend_schema(request=PrioritySerializer, responses=TransferSerializer)
    def post(self, request: Request, pk: int) -> Response:
        form = PrioritySerializer(data=request.data)
        form.is_valid(raise_exception=True)
        job, step = transfer_for(request.user, pk), form.validated_data["step"]
        changed = transfer_prioritise(job=job, user=cast(User, request.user), step=step, door="api")
        return Response(TransferSerializer(changed, context={"request": request}).data)


class TransfersRetryView(APIView):
    """Begin again the newest transfers that failed."""

    permission_classes = (MayAct,)
    act = Act.TRANSFER_MANAGE

    @extend_schema(operation_id="transfers_retry_all", request=RetrySerializer, responses={202: dict})
    def post(self, request: Request) -> Response:
        form = RetrySerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return Response({"retried": transfers_retry_failed(user=caller(request), door="api", **form.validated_data)}, status=202)
