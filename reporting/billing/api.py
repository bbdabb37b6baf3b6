"""REST for bills, payments and refunds."""

from typing import Any, ClassVar, cast

from django.db.models import QuerySet, prefetch_related_objects
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from imaging.access.audit import audit_list, audit_look
from imaging.access.models import User
from imaging.access.permissions import MayAct
from imaging.access.roles import Act
from reporting.billing.models import Bill, Payment, Refund
from reporting.billing.selectors import bill_by_number, bills_for, bills_found, bills_to_settle, payment_by_receipt
from reporting.billing.serializers import (
    BillDetailSerializer,
    BillSerializer,
    PaymentSerializer,
    PaymentTakeSerializer,
    RefundGiveSerializer,
    RefundSerializer,
)
from reporting.billing.services import payment_take, refund_give

PERMISSIONS: tuple[type[BasePermission], ...] = (MayAct,)


def caller(request: Request) -> User:
    """Who asks; MayAct has let nobody else this far."""
    return cast(User, request.user)


@extend_schema(
    parameters=[
        OpenApiParameter("q", str, description="A bill, receipt, accession or patient number, or a name from its beginning."),
        OpenApiParameter("open", bool, description="Only bills on which money is to be taken or given back."),
    ]
)
class BillsView(ListAPIView):
    """Bills, newest first."""

    permission_classes = PERMISSIONS
    act = Act.BILL_VIEW
    serializer_class = BillSerializer

    def get_queryset(self) -> QuerySet[Bill]:
        text = self.request.query_params.get("q", "").strip()
        audit_list(user=caller(self.request), act="bill.list", door="api", text=text[:100])
        if text:
            return bills_found(user=self.request.user, text=text)
        wanted = bills_to_settle if self.request.query_params.get("open") in {"1", "true"} else bills_for
        return wanted(user=self.request.user)


class BillView(RetrieveAPIView):
    """One bill with its charges and payments."""

    permission_classes = PERMISSIONS
    act = Act.BILL_VIEW
    serializer_class = BillDetailSerializer
    lookup_field = "number"
    queryset = Bill.objects.none()

    def get_object(self) -> Bill:
        bill = bill_by_number(user=caller(self.request), number=self.kwargs["number"])
        prefetch_related_objects([bill], "charges__exam", "payments__received_by", "payments__bill")
        about = {"patient_number": bill.order.patient.number, "bill": bill.number}
        audit_look(user=caller(self.request), act="bill.view", door="api", key=bill.number, **about)
        return bill


class PaymentsView(ListAPIView):
    """Payments, newest first; POST takes one."""

    permission_classes = PERMISSIONS
    acts: ClassVar[dict[str, Act]] = {"get": Act.BILL_VIEW, "post": Act.BILL_TAKE}
    serializer_class = PaymentSerializer

    def get_queryset(self) -> QuerySet[Payment]:
        bills = bills_for(user=self.request.user).order_by().values("pk")
        return Payment.objects.filter(bill__in=bills).select_related("bill", "received_by").order_by("-pk")

    @extend_schema(request=PaymentTakeSerializer, responses={201: PaymentSerializer})
    def post(self, request: Request) -> Response:
        form = PaymentTakeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        given: dict[str, Any] = form.validated_data
        bill = bill_by_number(user=caller(request), number=given.pop("bill"))
        payment = payment_take(bill=bill, user=caller(request), door="api", **given)
        return Response(PaymentSerializer(payment).data, status=201)


class RefundsView(ListAPIView):
    """Money given back, newest first; POST gives some of one payment back."""

    permission_classes = PERMISSIONS
    acts: ClassVar[dict[str, Act]] = {"get": Act.BILL_VIEW, "post": Act.BILL_REFUND}
    serializer_class = RefundSerializer

    def get_queryset(self) -> QuerySet[Refund]:
        bills = bills_for(user=self.request.user).order_by().values("pk")
        return Refund.objects.filter(payment__bill__in=bills).select_related("payment").order_by("-pk")

    @extend_schema(request=RefundGiveSerializer, responses={201: RefundSerializer})
    def post(self, request: Request) -> Response:
        form = RefundGiveSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        given: dict[str, Any] = form.validated_data
        payment = payment_by_receipt(user=caller(request), receipt=given.pop("payment"))
        refund = refund_give(payment=payment, user=caller(request), door="api", **given)
        return Response(RefundSerializer(refund).data, status=201)
