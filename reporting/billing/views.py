"""The cashier's pages: bills to settle, one bill with its payment, receipts on paper, and the day's close."""

import uuid
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from imaging.access.audit import audit_list, audit_look
from imaging.access.mixins import ActRequiredMixin
from imaging.access.models import User
from imaging.access.roles import Act
from imaging.common.barcodes import code128, qr
from imaging.common.cards import PatientCard
from imaging.common.csv import csv_response
from imaging.common.errors import InvalidInput, LightboxError
from imaging.common.formats import local_text, money
from imaging.common.pdf import pdf_render
from imaging.orders.models import Procedure
from reporting.billing.forms import DayForm, PaymentForm, RefundForm
from reporting.billing.models import Bill, Payment, PaymentMethod
from reporting.billing.selectors import (
    FIND_ROWS,
    LIST_ROWS,
    bill_by_number,
    bills_found,
    bills_settled,
    bills_to_settle,
    day_close,
    day_total,
    payment_by_receipt,
    payments_of_day,
    refunds_of_day,
)
from reporting.billing.services import payment_take, refund_give
from reporting.billing.statement import Statement, bill_statement, receipt_statement

PDF_LANGUAGES = {"en", "zh-hans"}
METHOD_ICONS = {
    PaymentMethod.WECHAT: "qr-code",
    PaymentMethod.ALIPAY: "qr-code",
    PaymentMethod.CARD: "credit-card",
    PaymentMethod.CASH: "banknote",
    PaymentMethod.INSURANCE: "id-card",
}


def person(request: HttpRequest) -> User:
    """Who is signed in; the policy has let nobody else this far."""
    return cast(User, request.user)


def new_key() -> str:
    return uuid.uuid4().hex


def bill_get(request: HttpRequest, number: str) -> Bill:
    """The bill, when it is there for this person. Raises NotFound; the look is recorded."""
    bill = bill_by_number(user=request.user, number=number)
    _looked(request, bill)
    return bill


def _looked(request: HttpRequest, bill: Bill) -> None:
    about = {"patient_number": bill.order.patient.number, "bill": bill.number}
    audit_look(user=person(request), act="bill.view", door="page", key=bill.number, **about)


def payment_get(request: HttpRequest, receipt: str) -> Payment:
    """The payment, when its bill is there for this person. Raises NotFound."""
    payment = payment_by_receipt(user=request.user, receipt=receipt)
    _looked(request, payment.bill)
    return payment


def patient_card(bill: Bill) -> PatientCard:
    """The banner as a cashier may see it: no clinical fact at all."""
    visit = bill.order.visit
    return PatientCard(
        patient=bill.order.patient,
        visit=f"{bill.order.get_patient_class_display()} {visit.number if visit else ''}".strip(),
        payer=local_text(bill, "payer") or _("the patient"),
        note=_("no images, reports or clinical facts"),
        clinical=False,
        hidden=getattr(bill, "is_masked", True),  # annotated by bills_for
    )


def methods(chosen: str) -> list[dict[str, Any]]:
    """The ways of paying with their keys, as the page draws them."""
    return [
        {"value": way.value, "label": way.label, "icon": METHOD_ICONS[way], "key": str(at), "chosen": way.value == chosen}
        for at, way in enumerate(PaymentMethod, 1)
    ]


def bill_list(request: HttpRequest) -> dict[str, Any]:
    """The left list: what is to settle, what is settled, or what was found."""
    text, view = request.GET.get("q", "").strip(), request.GET.get("view", "open")
    audit_list(user=person(request), act="bill.list", door="page", text=text[:100])
    if text:
        rows = bills_found(user=request.user, text=text)[:FIND_ROWS]
    else:
        rows = (bills_settled if view == "settled" else bills_to_settle)(user=request.user)[:LIST_ROWS]
    return {"bills": list(rows), "q": text, "view": view, "more": len(rows) == LIST_ROWS}


class BillsView(ActRequiredMixin, TemplateView):
    """Bills to settle, or found by scan or name; a number that names one bill opens it."""

    act = Act.BILL_VIEW
    template_name = "reporting/billing/bills.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        found = bill_list(request)
        if found["q"] and len(found["bills"]) == 1:
            return redirect("bill", number=found["bills"][0].number)
        return self.render_to_response(self.get_context_data(**found, till=till_of(request)))


class BillRowsView(ActRequiredMixin, TemplateView):
    """The list alone, for live news."""

    act = Act.BILL_VIEW
    template_name = "reporting/billing/_bill_rows.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, **bill_list(self.request), chosen=self.request.GET.get("bill", ""))


def till_of(request: HttpRequest) -> dict[str, Any]:
    """What this cashier has taken today, for the foot."""
    total = day_total(day_close(day=timezone.localdate(), cashier=request.user), "")
    return {"kept": total.kept, "payments": total.payments}


class BillView(ActRequiredMixin, TemplateView):
    """One bill: its lines, what the patient pays, and taking it. POST takes a payment."""

    act = Act.BILL_VIEW
    post_act = Act.BILL_TAKE
    template_name = "reporting/billing/bills.html"

    def page(self, bill: Bill, form: PaymentForm | None = None, status: int = 200) -> HttpResponse:
        statement = bill_statement(bill)
        first = {"method": PaymentMethod.WECHAT, "amount": max(bill.due_amount, 0), "idempotency_key": new_key()}
        form = form or PaymentForm(initial=first)
        paper = self.paper(statement)
        context = {
            **bill_list(self.request), "bill": bill, "chosen": bill.number, "card": patient_card(bill), "statement": statement,
            "form": form, "methods": methods(form["method"].value()), "paper": paper, "till": till_of(self.request),
            "next_bill": self.next_open(bill), "refund_key": new_key(), "others": self.others(bill), **paper_codes(paper),
        }  # fmt: skip
        return self.render_to_response(self.get_context_data(**context), status=status)

    def paper(self, statement: Statement) -> Statement:
        """What the right panel shows: the receipt asked for, else the last one of a settled bill, else the bill."""
        wanted = self.request.GET.get("receipt", "")
        payments = {payment.receipt_number: payment for payment in statement.payments}
        settled = statement.payments[-1] if statement.payments and statement.bill.due_amount <= 0 else None
        payment = payments.get(wanted, settled)
        if payment is None:
            return statement
        payment.bill = statement.bill
        return receipt_statement(payment)

    def next_open(self, bill: Bill) -> Bill | None:
        """The newest other bill on which money is to be taken."""
        return bills_to_settle(user=self.request.user).filter(due_amount__gt=0).exclude(pk=bill.pk).first()

    def others(self, bill: Bill) -> list[Bill]:
        """Further bills of the same patient on which money is open."""
        rows = bills_to_settle(user=self.request.user).filter(order__patient=bill.order.patient_id)
        return list(rows.exclude(pk=bill.pk)[:5])

    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        return self.page(bill_get(request, number))

    def post(self, request: HttpRequest, number: str) -> HttpResponse:
        bill, form = bill_get(request, number), PaymentForm(request.POST)
        if not form.is_valid():
            return self.page(bill, form, 400)
        try:
            payment = payment_take(bill=bill, user=person(request), **form.cleaned_data)
        except LightboxError as error:
            form.add_error(error.field or None, str(error))
            return self.page(bill_get(request, number), form, error.status)
        messages.success(
            request, _("%(amount)s taken · receipt %(receipt)s") % {"amount": money(payment.amount), "receipt": payment.receipt_number}
        )
        return redirect(f"{reverse('bill', args=[number])}?receipt={payment.receipt_number}")


class RefundView(ActRequiredMixin, View):
    """Gives money of one payment back."""

    act = Act.BILL_REFUND

    def post(self, request: HttpRequest, receipt: str) -> HttpResponse:
        payment, form = payment_get(request, receipt), RefundForm(request.POST)
        if not form.is_valid():
            messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        else:
            self.give(request, payment, form)
        return redirect(f"{reverse('bill', args=[payment.bill.number])}?receipt={receipt}")

    def give(self, request: HttpRequest, payment: Payment, form: RefundForm) -> None:
        try:
            refund = refund_give(payment=payment, user=person(request), **form.cleaned_data)
        except LightboxError as error:
            messages.error(request, str(error))
        else:
            about = {"amount": money(refund.amount), "receipt": payment.receipt_number}
            messages.success(request, _("%(amount)s given back of receipt %(receipt)s") % about)


def paper_codes(paper: Statement) -> dict[str, Any]:
    """The codes of a paper: its number to scan, and what it says in short."""
    return {"barcode": code128(paper.number), "qr": qr(f"{settings.HOSPITAL_CODE}|{paper.number}|{paper.taken}")}


class PaperView(ActRequiredMixin, View):
    """A bill or a receipt as PDF (A5), in the language of the page or the one asked for."""

    act = Act.BILL_VIEW

    def statement(self, request: HttpRequest, number: str) -> Statement:
        raise NotImplementedError

    def get(self, request: HttpRequest, number: str) -> HttpResponseBase:
        statement = self.statement(request, number)
        asked = request.GET.get("lang", "")
        with override(asked if asked in PDF_LANGUAGES else get_language()):  # the payer's name too is in the language of the paper
            context = {
                "paper": statement, "card": patient_card(statement.bill), "hospital_name": settings.HOSPITAL_NAME,
                "hospital_name_zh": settings.HOSPITAL_NAME_ZH, **paper_codes(statement),
            }  # fmt: skip
            body = pdf_render(template="reporting/billing/receipt_pdf.html", context=context)
        answer = HttpResponse(body, content_type="application/pdf")
        answer["Content-Disposition"] = f'inline; filename="{statement.number}.pdf"'
        answer["Cache-Control"] = "no-store"
        return answer


class ReceiptPaperView(PaperView):
    def statement(self, request: HttpRequest, number: str) -> Statement:
        return receipt_statement(payment_get(request, number))


class BillPaperView(PaperView):
    def statement(self, request: HttpRequest, number: str) -> Statement:
        return bill_statement(bill_get(request, number))


class CloseView(ActRequiredMixin, TemplateView):
    """What was taken and given back on a day, by way of paying; of everybody, or of the one who asks."""

    act = Act.BILL_VIEW
    template_name = "reporting/billing/close.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = DayForm(self.request.GET)
        if not form.is_valid():
            raise InvalidInput(_("Write a day as 2026-11-23."), field="day")
        day = form.cleaned_data["day"] or timezone.localdate()
        mine = self.request.GET.get("who") == "me"
        cashier = self.request.user if mine else None
        sums = day_close(day=day, cashier=cashier)
        return super().get_context_data(
            **kwargs, form=form, day=day, mine=mine, sums=sums, total=day_total(sums, _("All")),
            payments=payments_of_day(day=day, cashier=cashier), refunds=refunds_of_day(day=day, cashier=cashier),
        )  # fmt: skip


class CloseCsvView(CloseView):
    """The same day as CSV, one row for each payment and refund."""

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        head = [_("Receipt"), _("Bill"), _("Time"), _("How"), _("Amount"), _("Cashier"), _("Reason")]
        rows = [
            [p.receipt_number, p.bill.number, timezone.localtime(p.received_at), p.get_method_display(), p.amount, p.received_by.label, ""]
            for p in context["payments"]
        ]
        rows += [
            [r.receipt_number, r.payment.bill.number, timezone.localtime(r.refunded_at), r.payment.get_method_display(), -r.amount,
             r.refunded_by.label, r.reason]
            for r in context["refunds"]
        ]  # fmt: skip
        return csv_response(name=f"close-{context['day']:%Y%m%d}", head=head, rows=rows)


class PricesView(ActRequiredMixin, TemplateView):
    """The price list of the procedure catalogue, to read."""

    act = Act.BILL_VIEW
    template_name = "reporting/billing/prices.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = Procedure.objects.filter(is_active=True).select_related("department").order_by("department__code", "code")
        return super().get_context_data(**kwargs, procedures=rows)
