"""What an exam costs, as lines: its procedure once performed, each item used, its reading once signed. Reads only."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings

from imaging.access.models import User
from imaging.orders.models import Exam
from imaging.orders.states import PERFORMED, ExamState
from imaging.scheduling.models import TAKES_ROOM, Room
from reporting.billing.models import ChargeKind
from reporting.billing.money import share

SIGNED = frozenset({ExamState.FINAL, ExamState.ADDENDED})
PROCEDURE = "procedure"
READING = "reading"
ONE = Decimal("1")


@dataclass(frozen=True)
class Line:
    """A charge to be: what for, how much of it, at what price, and whose work it was."""

    kind: ChargeKind
    source: str
    code: str
    description: str
    description_zh: str
    quantity: Decimal
    unit_price: Decimal
    person: User | None


def reading_price(price: Decimal) -> Decimal:
    """The part of a procedure's price that is charged when its report is signed (LIGHTBOX_READING_PERCENT)."""
    return share(price, Decimal(settings.READING_PERCENT))


def _procedure_line(exam: Exam) -> Line:
    procedure = exam.procedure
    price = procedure.price - reading_price(procedure.price)
    return Line(
        ChargeKind.TECHNICAL, PROCEDURE, procedure.code, procedure.name, procedure.name_zh, ONE, price, exam.performer
    )  # fmt: skip


def _reading_line(exam: Exam) -> Line:
    procedure = exam.procedure
    name_zh = f"{procedure.name_zh or procedure.name}（报告）"
    return Line(
        ChargeKind.PROFESSIONAL, READING, procedure.code, f"{procedure.name} (reading)", name_zh, ONE,
        reading_price(procedure.price), exam.reader,
    )  # fmt: skip


def item_source(item_id: int) -> str:
    """By what the charge of a used item is known."""
    return f"item:{item_id}"


def _item_lines(exam: Exam) -> Iterator[Line]:
    for item in exam.used_items.filter(unit_price__gt=0, quantity__gt=0).order_by("pk"):
        name = f"{item.name} ({item.unit})"
        yield Line(ChargeKind.ITEM, item_source(item.pk), item.kind, name, "", item.quantity, item.unit_price, exam.performer)


def lines_of(exam: Exam) -> Iterator[Line]:
    """Every line that the exam's present state makes payable; none before it has been performed."""
    if exam.state not in PERFORMED:
        return
    yield _procedure_line(exam)
    yield from _item_lines(exam)
    if exam.state in SIGNED and reading_price(exam.procedure.price) > 0:
        yield _reading_line(exam)


def room_of(exam: Exam) -> Room | None:
    """Where the exam was done: the room of its last step that took one."""
    step = exam.steps.filter(status__in=TAKES_ROOM).select_related("room").order_by("-starts_at").first()
    return step.room if step else None
