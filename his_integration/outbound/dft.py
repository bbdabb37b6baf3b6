"""DFT^P03: a charge or its credit, one FT1. Technical part at completion, professional part at signing, credit when an exam is reopened."""

from django.conf import settings

from his_integration.messages.envelope import control_id_new
from his_integration.messages.models import Message
from his_integration.messages.services import message_queue
from his_integration.messages.text import timestamp
from his_integration.messages.writing import composite, segment, value
from his_integration.outbound.segments import encoded, filler, header, pid, pv1, referrer, staff
from reporting.billing.models import Charge, ChargeKind

# FT1-26: the usual modifiers for the two parts of an exam's price.
MODIFIERS: dict[str, tuple[str, str]] = {
    ChargeKind.TECHNICAL: ("TC", "Technical component"),
    ChargeKind.PROFESSIONAL: ("26", "Professional component"),
}


def charge_queue(*, charge: Charge) -> Message:
    """Post this charge or credit to the HIS, in the caller's transaction."""
    control_id = control_id_new()
    return message_queue(
        message_type="DFT^P03", control_id=control_id, raw=charge_text(charge=charge, control_id=control_id), exam=charge.exam
    )


def charge_text(*, charge: Charge, control_id: str) -> bytes:
    exam = charge.exam
    return encoded(
        header("DFT", "P03", "DFT_P03", control_id),
        segment("EVN", {1: "P03", 2: timestamp(charge.posted_at)}),
        pid(exam.patient),
        pv1(exam),
        segment("FT1", _ft1(charge)),
    )


def _ft1(charge: Charge) -> dict[int, str]:
    """Amounts are without sign: FT1-6 says whether they are charged (CG) or given back (CR). FT1-31 names the charge that is credited."""
    credited: Charge | None = getattr(charge, "credits", None)
    exam, shown = charge.exam, credited or charge
    return {
        1: "1",
        2: value(charge.pk),
        4: timestamp(charge.posted_at),
        6: "CR" if credited else "CG",
        7: composite(charge.procedure_code, charge.description, "L"),
        10: value(f"{abs(charge.quantity):f}"),
        11: _money(charge.amount),
        12: _money(charge.unit_price),
        13: composite(charge.department.code, charge.department.name, "L"),
        16: composite(charge.room.code) if charge.room else "",
        18: value(exam.order.patient_class),
        20: staff(charge.performer),
        21: referrer(exam),
        23: filler(exam),
        25: composite(exam.procedure.code, exam.procedure.name, "L"),
        26: composite(*MODIFIERS.get(shown.kind, ()), "L") if shown.kind in MODIFIERS else "",
        31: composite(credited.pk, settings.HL7_APPLICATION) if credited else "",
    }


def _money(amount: object) -> str:
    """CP: the amount and its currency, as subcomponents of its first component."""
    return f"{value(str(amount).lstrip('-'))}&{value(settings.CURRENCY)}"
