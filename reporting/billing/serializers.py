"""Bills, payments and refunds as programs read and write them."""

from typing import Any

from rest_framework import serializers

from reporting.billing.models import Bill, Charge, Payment, PaymentMethod, Refund
from reporting.billing.services import REASON_LENGTH

AMOUNT: dict[str, Any] = {"max_digits": 12, "decimal_places": 2}
KEY: dict[str, Any] = {"min_length": 8, "max_length": 64, "help_text": "Made by the caller; the same key again gives the first answer."}


class ChargeSerializer(serializers.ModelSerializer):
    accession_number = serializers.CharField(source="exam.accession_number")
    is_credited = serializers.SerializerMethodField()

    class Meta:
        model = Charge
        fields = (
            "id", "kind", "accession_number", "procedure_code", "description", "description_zh", "quantity", "unit_price", "amount",
            "insurance_amount", "patient_amount", "posted_at", "is_credited",
        )  # fmt: skip

    def get_is_credited(self, charge: Charge) -> bool:
        return charge.credited_by_id is not None


class RefundSerializer(serializers.ModelSerializer):
    payment = serializers.CharField(source="payment.receipt_number")

    class Meta:
        model = Refund
        fields = ("receipt_number", "payment", "amount", "reason", "refunded_at")


class PaymentSerializer(serializers.ModelSerializer):
    bill = serializers.CharField(source="bill.number")
    received_by = serializers.CharField(source="received_by.username")

    class Meta:
        model = Payment
        fields = ("receipt_number", "bill", "amount", "refunded_amount", "tendered_amount", "method", "received_by", "received_at")


class BillSerializer(serializers.ModelSerializer):
    """`patient` is null when it is a protected patient whom the caller may not know."""

    patient = serializers.SerializerMethodField()

    class Meta:
        model = Bill
        fields = ("number", "patient", "payer", "payer_percent", "due_amount", "opened_at")

    def get_patient(self, bill: Bill) -> dict[str, str] | None:
        patient = bill.order.patient
        if getattr(bill, "is_masked", True):
            return None
        return {"number": patient.number, "name": patient.name, "name_ideographic": patient.name_ideographic}


class BillDetailSerializer(BillSerializer):
    charges = ChargeSerializer(many=True)
    payments = PaymentSerializer(many=True)

    class Meta(BillSerializer.Meta):
        fields = (*BillSerializer.Meta.fields, "charges", "payments")  # type: ignore[assignment]


class PaymentTakeSerializer(serializers.Serializer):
    bill = serializers.CharField(max_length=24)
    amount = serializers.DecimalField(**AMOUNT)
    method = serializers.ChoiceField(choices=PaymentMethod.choices)
    tendered_amount = serializers.DecimalField(**AMOUNT, required=False, allow_null=True, default=None)
    idempotency_key = serializers.CharField(**KEY)


class RefundGiveSerializer(serializers.Serializer):
    payment = serializers.CharField(max_length=24, help_text="The receipt number of the payment.")
    amount = serializers.DecimalField(**AMOUNT)
    reason = serializers.CharField(max_length=REASON_LENGTH)
    idempotency_key = serializers.CharField(**KEY)
