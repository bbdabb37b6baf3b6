"""Sending until acknowledged, against a HIS on a real socket. Not covered: a worker killed between two machine instructions."""

import datetime as dt
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.db import connections, transaction
from django.utils import timezone
from pytest_django import Settings

from his_integration.messages.destinations import HIS
from his_integration.messages.models import Destination, Message, MessageState
from his_integration.messages.services import message_resend
from his_integration.messages.text import Text
from his_integration.outbound.order_status import order_status_queue
from his_integration.outbound.services import LONGEST_WAIT_SECONDS, close_senders, destination_send, wait_after
from imaging.common.errors import WrongState
from imaging.orders.models import Exam, ExamEvent
from imaging.orders.states import ExamState
from tests import people, services
from tests.his_integration.outbound.his import first_refuses, his_listening, takes
from tests.reporting.stories import finished_exam

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_connection_is_left(settings: Settings) -> Iterator[None]:
    settings.HL7_ACK_SECONDS = 5
    yield
    close_senders()


def queued(exam: Exam | None = None) -> Message:
    with transaction.atomic():
        return order_status_queue(exam=exam or finished_exam())


def lines(exam: Exam) -> list[str]:
    return list(ExamEvent.objects.filter(exam=exam, kind__startswith="message_").values_list("kind", flat=True))


def send_later(hours: int = 1) -> None:
    with time_machine.travel(timezone.now() + dt.timedelta(hours=hours), tick=True):
        destination_send(name=HIS)


def test_it_goes_out_when_the_transaction_commits_and_is_acknowledged(settings: Settings) -> None:
    with his_listening(settings) as his:
        with transaction.atomic():
            row = order_status_queue(exam=finished_exam())
            assert his.received == []
        row.refresh_from_db()
        assert his.control_ids == [row.control_id]
    assert (row.state, row.ack_code, row.attempts, row.next_attempt_at) == (MessageState.ACKNOWLEDGED, "AA", 1, None)
    assert lines(row.exam) == ["message_sent", "message_acknowledged"]


def test_an_address_that_is_none_is_said_with_the_message_that_waits(settings: Settings) -> None:
    settings.HL7_OUT = "nowhere"
    row = queued()
    row.refresh_from_db()
    assert (row.state, row.attempts, row.error_text) == (MessageState.QUEUED, 1, "LIGHTBOX_HL7_OUT: 'nowhere' is not host:port")
    with his_listening(settings) as his:
        send_later()
        assert his.control_ids == [row.control_id]


def test_nothing_goes_out_of_a_transaction_that_failed(settings: Settings) -> None:
    with his_listening(settings) as his:
        with pytest.raises(RuntimeError), transaction.atomic():
            order_status_queue(exam=finished_exam())
            raise RuntimeError
        assert his.received == []
    assert not Message.objects.exists()


def test_one_connection_is_kept_for_many_messages(settings: Settings) -> None:
    with his_listening(settings) as his:
        for _number in range(5):
            queued()
        assert len(his.received) == 5
        assert len(his.peers) == 1


def test_a_his_that_is_away_gets_everything_later_in_order(settings: Settings) -> None:
    settings.HL7_OUT = f"127.0.0.1:{services.free_port()}"
    rows = [queued() for _number in range(3)]
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.QUEUED}
    assert lines(rows[0].exam) == ["message_failed"]
    with his_listening(settings) as his:
        destination_send(name=HIS)
        assert his.received == []  # its next attempt has not come
        send_later()
        assert his.control_ids == [row.control_id for row in rows]
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.ACKNOWLEDGED}
    assert lines(rows[0].exam) == ["message_failed", "message_sent", "message_acknowledged"]


def test_a_his_that_hangs_up_gets_the_same_message_again(settings: Settings) -> None:
    answers = iter([None, None])
    with his_listening(settings, lambda text: next(answers, takes(text))) as his:
        row = queued()
        row.refresh_from_db()
        assert (row.state, row.attempts) == (MessageState.SENT, 1)
        send_later(1)
        send_later(2)
        assert his.control_ids == [row.control_id] * 3
        assert len({text.segments[1].line for text in his.received}) == 1
    row.refresh_from_db()
    assert (row.state, row.attempts) == (MessageState.ACKNOWLEDGED, 3)
    assert lines(row.exam) == ["message_sent", "message_failed", "message_acknowledged"]


def test_a_his_that_answers_too_late_is_asked_again(settings: Settings) -> None:
    settings.HL7_ACK_SECONDS = 0.3
    gate = threading.Event()

    def slow(text: Text) -> bytes:
        if not gate.is_set():
            gate.wait(1)
        return takes(text)

    with his_listening(settings, slow) as his:
        row = queued()
        row.refresh_from_db()
        assert row.state == MessageState.SENT
        gate.set()
        settings.HL7_ACK_SECONDS = 5
        send_later()
        assert his.control_ids == [row.control_id] * 2
    row.refresh_from_db()
    assert row.state == MessageState.ACKNOWLEDGED


def test_a_refused_message_fails_and_what_is_behind_it_goes_on(settings: Settings) -> None:
    with his_listening(settings, first_refuses()) as his:
        first, second = queued(), queued()
        assert len(his.received) == 2
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.ack_code, first.error_code, first.error_place) == (MessageState.FAILED, "AE", "103", "OBR^1^4")
    assert first.error_text == "No such procedure."
    assert second.state == MessageState.ACKNOWLEDGED
    assert lines(first.exam) == ["message_sent", "message_failed"]


def test_an_answer_to_another_message_is_no_answer(settings: Settings) -> None:
    settings.HL7_ACK_SECONDS = 0.3
    with his_listening(settings, lambda text: takes(text).replace(text.get("MSH", 10).encode(), b"OTHER")):
        row = queued()
    row.refresh_from_db()
    assert row.state == MessageState.SENT


def test_a_failed_message_is_sent_again_by_hand_under_its_control_id(settings: Settings) -> None:
    with his_listening(settings, first_refuses()) as his:
        row = queued()
        message_resend(message=row, user=people.pacs_admin())
        assert his.control_ids == [row.control_id] * 2
    row.refresh_from_db()
    assert row.state == MessageState.ACKNOWLEDGED


def test_what_is_on_its_way_is_not_sent_again_by_hand() -> None:
    with pytest.raises(WrongState):
        message_resend(message=queued(), user=people.pacs_admin())


def test_without_a_receiver_messages_wait_and_go_out_when_there_is_one(settings: Settings) -> None:
    row = queued()
    assert (row.state, row.attempts) == (MessageState.QUEUED, 0)
    with his_listening(settings) as his:
        destination_send(name=HIS)
        assert his.control_ids == [row.control_id]


def test_two_workers_send_each_message_once_and_in_order(settings: Settings) -> None:
    rows = [queued() for _number in range(30)]

    def work(_number: int) -> None:
        try:
            destination_send(name=HIS)
        finally:
            connections.close_all()

    with his_listening(settings) as his, ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
        destination_send(name=HIS)
        assert his.control_ids == [row.control_id for row in rows]


def test_a_killed_sender_leaves_a_lease_that_runs_out(settings: Settings) -> None:
    row = queued()
    Destination.objects.create(name=HIS, lease="gone", leased_until=timezone.now() + dt.timedelta(seconds=60))
    with his_listening(settings) as his:
        destination_send(name=HIS)
        assert his.received == []
        send_later()
        assert his.control_ids == [row.control_id]


def test_a_row_that_a_killed_sender_was_at_is_sent_again(settings: Settings) -> None:
    row = queued()
    Message.objects.filter(pk=row.pk).update(state=MessageState.SENT, attempts=1, next_attempt_at=timezone.now() + dt.timedelta(seconds=5))
    with his_listening(settings) as his:
        send_later()
        assert his.control_ids == [row.control_id]


def test_waits_grow_to_five_minutes() -> None:
    waits = [wait_after(attempts).total_seconds() for attempts in range(1, 12)]
    assert waits[:4] == [5, 10, 20, 40]
    assert waits[-1] == LONGEST_WAIT_SECONDS


def test_states_of_the_exam_that_the_his_is_told(settings: Settings) -> None:
    exam = finished_exam()
    told = []
    for state in (ExamState.ARRIVED, ExamState.IN_PROGRESS, ExamState.COMPLETED, ExamState.CANCELLED, ExamState.DISCONTINUED):
        exam.state = state
        with his_listening(settings) as his:
            queued(exam)
            told.append((his.received[0].get("ORC", 1), his.received[0].get("ORC", 5)))
    assert told == [("SC", "SC"), ("SC", "IP"), ("SC", "CM"), ("SC", "CA"), ("SC", "DC")]
