"""ORM^O01 with ORC-1 SC: where an order stands (IHE RAD-3). ORC-5 is of table 0038."""

from django.utils import timezone

from his_integration.messages.envelope import control_id_new
from his_integration.messages.models import Message
from his_integration.messages.services import message_queue
from his_integration.messages.text import timestamp
from his_integration.messages.writing import segment
from his_integration.outbound.segments import encoded, header, obr_fields, orc, pid, pv1
from imaging.access.models import User
from imaging.orders.models import Exam
from imaging.orders.states import PERFORMED, ExamState

# Arrived is told as SC ("in process, scheduled"): table 0038 has nothing nearer; IP begins with the work itself.
STATUSES: dict[str, str] = {
    ExamState.ARRIVED: "SC",
    ExamState.IN_PROGRESS: "IP",
    ExamState.COMPLETED: "CM",
    ExamState.CANCELLED: "CA",
    ExamState.DISCONTINUED: "DC",
}


def is_news(*, before: str, now: str) -> bool:
    """Whether the HIS is told; a reading that was given back leaves the exam completed, which it knows."""
    return now in STATUSES and not (before in PERFORMED and now in PERFORMED)


def order_status_queue(*, exam: Exam, user: User | None = None) -> Message:
    """Tell the HIS the state that `exam` has now, in the caller's transaction."""
    control_id = control_id_new()
    raw = order_status_text(exam=exam, control_id=control_id, user=user)
    return message_queue(message_type="ORM^O01", control_id=control_id, raw=raw, exam=exam)


def order_status_text(*, exam: Exam, control_id: str, user: User | None = None) -> bytes:
    now = timezone.now()
    return encoded(
        header("ORM", "O01", "ORM_O01", control_id),
        pid(exam.patient),
        pv1(exam),
        orc(exam, "SC", STATUSES[exam.state], at=now, user=user, reason=exam.reason_ended),
        segment("OBR", obr_fields(exam) | {22: timestamp(now)}),
    )
