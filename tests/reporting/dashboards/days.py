"""Exams whose moments are known to the minute, so that figures can be worked out by hand."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

from imaging.orders.models import Exam, Procedure
from imaging.patients.models import Patient
from imaging.scheduling.models import ScheduledStep, StepStatus
from reporting.billing.models import Bill, Charge
from tests import people
from tests.reporting.billing import bills

SHANGHAI = ZoneInfo("Asia/Shanghai")
TODAY = dt.date(2026, 11, 23)  # a Monday
NOON = dt.datetime(2026, 11, 23, 14, 30, tzinfo=SHANGHAI)


def at(clock: str, day: dt.date = TODAY) -> dt.datetime:
    """A moment on the hospital's clock."""
    return dt.datetime.combine(day, dt.time.fromisoformat(clock), tzinfo=SHANGHAI)


def us_abdomen() -> Procedure:
    head = people.ct_head()
    about = {"name": "Ultrasound abdomen", "department": head.department, "modality": "US", "minutes": 15, "price": Decimal("120.00")}
    return Procedure.objects.get_or_create(code="US-ABDOMEN", defaults=about)[0]


def exam(
    completed: str, *, minutes: float = 10, waited: float = 5, report: float | None = None, day: dt.date = TODAY,
    patient: Patient | None = None, patient_class: str = "O", procedure: Procedure | None = None, charged: str = "", **fields: object,
) -> Exam:  # fmt: skip
    """An exam that ended at `completed` after so many minutes, its report signed so many minutes later, if at all."""
    end = at(completed, day)
    start = end - dt.timedelta(minutes=minutes)
    final = None if report is None else end + dt.timedelta(minutes=report)
    patient = patient or Patient.objects.get_or_create(number="00511207", defaults={"name": "SMITH^John", "sex": "M"})[0]
    made = bills.exam(
        bills.order(patient, patient_class=patient_class, referrer_name="Dr HU"),
        procedure=procedure,
        **{
            "state": "final" if final else "completed",
            "ordered_at": start - dt.timedelta(hours=1), "scheduled_at": start - dt.timedelta(minutes=50),
            "arrived_at": start - dt.timedelta(minutes=waited), "started_at": start, "completed_at": end, "final_at": final,
            "performer": people.technologist(), "reader": people.radiologist() if final else None, **fields,
        },
    )  # fmt: skip
    if made.modality == "CT":
        step(made, start, end)
    if charged:
        charge(made, charged, end)
    return made


def step(of: Exam, start: dt.datetime, end: dt.datetime, status: str = StepStatus.COMPLETED) -> ScheduledStep:
    station = people.ct1()
    return ScheduledStep.objects.create(
        exam=of, scheduled_procedure_step_id=f"S{of.pk}", room=station.room, station=station, station_ae_title="CT1", modality="CT",
        status=status, starts_at=start, ends_at=end,
    )  # fmt: skip


def charge(of: Exam, amount: str, posted_at: dt.datetime, insurance: str = "0.00") -> Charge:
    bill, _ = Bill.objects.get_or_create(order=of.order, defaults={"number": f"B-{of.pk}", "opened_at": posted_at})
    patient_part = Decimal(amount) - Decimal(insurance)
    return Charge.objects.create(
        bill=bill, exam=of, kind="technical", source="procedure", procedure_code="X", description="X", quantity=1,
        unit_price=Decimal(amount),
        amount=Decimal(amount), insurance_amount=Decimal(insurance), patient_amount=patient_part, posted_at=posted_at,
        department=of.department, modality=of.modality, performer=of.performer,
    )  # fmt: skip
