"""Bills, what is charged on them, and the money taken and given back.

A bill belongs to one order. Charges are never changed or deleted: a wrong one is credited by an opposite row. What a patient owes is
the live charges' patient part, less what was paid, plus what was given back; the bill keeps that sum, written under its lock only.
"""

from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from imaging.orders.models import Department, Exam, Order
from imaging.scheduling.models import Room


class Money(models.DecimalField):
    """An amount in the hospital's currency, exact to the hundredth."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **{"max_digits": 12, "decimal_places": 2, **kwargs})  # type: ignore[arg-type]


class PayerRule(models.Model):
    """How much of every charge a payer takes on; who is not listed pays nothing for the patient."""

    payer = models.CharField(_("payer"), max_length=64, unique=True, help_text=_("As the visit names it."))
    name_zh = models.CharField(_("Chinese name"), max_length=64, blank=True)
    percent = models.DecimalField(
        _("pays percent"), max_digits=5, decimal_places=2, validators=[MinValueValidator(0), MaxValueValidator(100)]
    )
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.payer


class Bill(models.Model):
    """What one order costs. The rule of its payer is the one of the day on which it was opened."""

    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="bill")
    number = models.CharField(_("bill no."), max_length=24, unique=True)
    payer = models.CharField(_("payer"), max_length=64, blank=True)
    payer_zh = models.CharField(max_length=64, blank=True)
    payer_percent = models.DecimalField(_("payer's percent"), max_digits=5, decimal_places=2, default=0)
    due_amount = Money(_("to pay"), default=0, help_text=_("Below zero: to give back."))
    opened_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["-opened_at", "-id"], condition=~models.Q(due_amount=0), name="bill_to_settle"),
            models.Index(fields=["-opened_at", "-id"], name="bill_opened"),
        ]

    def __str__(self) -> str:
        return self.number


class ChargeKind(models.TextChoices):
    TECHNICAL = "technical", pgettext_lazy("charge", "Exam")
    PROFESSIONAL = "professional", pgettext_lazy("charge", "Reading")
    ITEM = "item", pgettext_lazy("charge", "Item used")
    CREDIT = "credit", pgettext_lazy("charge", "Credit")


class Charge(models.Model):
    """One line of a bill. Where and by whom the work was done is copied, so that revenue is counted without joins."""

    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="charges")
    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, related_name="charges")
    kind = models.CharField(_("kind"), max_length=12, choices=ChargeKind.choices)
    source = models.CharField(max_length=40, help_text=_("What of the exam is charged: its procedure, its reading, or which item."))
    procedure_code = models.CharField(_("code"), max_length=32)
    description = models.CharField(_("item"), max_length=128)
    description_zh = models.CharField(max_length=128, blank=True)
    quantity = models.DecimalField(_("quantity"), max_digits=8, decimal_places=2)
    unit_price = Money(_("price"))
    amount = Money(_("amount"))
    insurance_amount = Money(_("payer pays"), default=0)
    patient_amount = Money(_("patient pays"))
    posted_at = models.DateTimeField()
    credited_by = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="credits")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    modality = models.CharField(max_length=16)
    performer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["exam", "source"],
                condition=models.Q(credited_by=None) & ~models.Q(kind="credit"),
                name="charge_once",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["posted_at"], name="charge_posted")]

    def __str__(self) -> str:
        return f"{self.procedure_code} {self.amount}"


class PaymentMethod(models.TextChoices):
    WECHAT = "wechat", _("WeChat Pay")
    ALIPAY = "alipay", _("Alipay")
    CARD = "card", _("Bank card")
    CASH = "cash", _("Cash")
    INSURANCE = "insurance", _("Insurance card")


class Payment(models.Model):
    """Money taken. The key comes with the form: the same form sent twice is one payment."""

    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="payments")
    receipt_number = models.CharField(_("receipt no."), max_length=24, unique=True)
    amount = Money(_("amount"))
    refunded_amount = Money(_("given back"), default=0)
    tendered_amount = Money(_("given"), null=True, blank=True, help_text=_("Cash that the patient handed over."))
    method = models.CharField(_("how"), max_length=12, choices=PaymentMethod.choices)
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField(db_index=True)
    idempotency_key = models.CharField(max_length=64, unique=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payment_above_zero"),
            models.CheckConstraint(
                condition=models.Q(refunded_amount__gte=0, refunded_amount__lte=models.F("amount")), name="refunded_at_most_paid"
            ),
        ]

    def __str__(self) -> str:
        return self.receipt_number

    @property
    def refundable(self) -> Decimal:
        """What is left to give back."""
        return self.amount - self.refunded_amount


class PaymentLine(models.Model):
    """How much of a payment went to which charge, as the receipt says."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="lines")
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="payment_lines")
    amount = Money()


class Refund(models.Model):
    """Money given back of one payment, the way it came."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    receipt_number = models.CharField(_("receipt no."), max_length=24, unique=True)
    amount = Money(_("amount"))
    reason = models.CharField(_("reason"), max_length=200)
    refunded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    refunded_at = models.DateTimeField(db_index=True)
    idempotency_key = models.CharField(max_length=64, unique=True)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(amount__gt=0), name="refund_above_zero")]

    def __str__(self) -> str:
        return self.receipt_number
