"""Orders with exams, ready to be done and paid."""

import itertools
from decimal import Decimal

from django.utils import timezone

from imaging.orders.models import Exam, Order, Procedure
from imaging.orders.services import exam_state_set
from imaging.orders.states import ExamState
from imaging.patients.models import Patient, Visit
from imaging.scheduling.models import UsedItem, UsedItemKind
from reporting.billing.models import Bill, PayerRule
from tests import people

_numbers = itertools.count(1)
INSURER = "City medical insurance"


def insured(percent: str = "70") -> PayerRule:
    return PayerRule.objects.get_or_create(payer=INSURER, defaults={"percent": Decimal(percent)})[0]


def order(patient: Patient | None = None, *, payer: str = "", **fields: object) -> Order:
    patient = patient or people.lin_mei_hua()
    number = next(_numbers)
    visit = Visit.objects.create(patient=patient, number=f"V{number}", issuer="HOSPITAL", payer=payer)
    return Order.objects.create(patient=patient, visit=visit, filler_number=f"F{number}", ordered_at=timezone.now(), **fields)


def exam(in_order: Order | None = None, *, procedure: Procedure | None = None, **fields: object) -> Exam:
    in_order = in_order or order()
    procedure = procedure or people.ct_head()
    number = next(_numbers)
    return Exam.objects.create(
        **{
            "order": in_order, "patient": in_order.patient, "procedure": procedure, "department": procedure.department,
            "modality": procedure.modality, "accession_number": f"CT{number:08d}", "study_instance_uid": f"1.2.3.{number}",
            "requested_procedure_id": f"RP{number}", "ordered_at": timezone.now(), **fields,
        }
    )  # fmt: skip


def use(of: Exam, name: str = "Iohexol 350", quantity: str = "80", unit_price: str = "2.15") -> UsedItem:
    return UsedItem.objects.create(
        exam=of, kind=UsedItemKind.CONTRAST, name=name, quantity=Decimal(quantity), unit="ml", unit_price=Decimal(unit_price)
    )


def done(of: Exam | None = None, **fields: object) -> Exam:
    """An exam that has been completed, so that it is charged."""
    of = of or exam(**fields)
    exam_state_set(exam=of, state=ExamState.COMPLETED, user=people.technologist())
    return of


def bill_of(of: Exam) -> Bill:
    return Bill.objects.get(order=of.order_id)
