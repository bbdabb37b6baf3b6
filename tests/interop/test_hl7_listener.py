"""HL7 over real sockets with python-hl7's client: answered after commit, applied once, in order, whatever a peer sends.

Not covered: power loss (the database's own promise), and senders that speak MLLP release 2.
"""

import contextlib
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from his_integration.messages.models import Message, MessageState
from his_integration.mllp.framing import wrap
from imaging.orders.models import Exam, Order
from imaging.patients.models import Patient
from tests import people
from tests.his_integration.texts import adt, answer_of, orm, pid, pv1
from tests.interop.hl7_server import WAIT, ask, hl7_process

pytestmark = [pytest.mark.interop, pytest.mark.django_db(transaction=True)]
OUTSIDE = Path("/work/shared/data/hl7")
MOST_OF_ONE_FILE = 20


def outside_messages() -> Iterator[tuple[str, bytes]]:
    for path in sorted(OUTSIDE.rglob("*")):
        if path.suffix in {".hl7", ".txt"}:
            yield from ((f"{path.name}:{number}", raw) for number, raw in enumerate(split(path.read_bytes())[:MOST_OF_ONE_FILE]))


def split(raw: bytes) -> list[bytes]:
    """A file may hold several messages, each beginning with MSH."""
    text = raw.replace(b"\r\n", b"\r").replace(b"\n", b"\r")
    starts = [at for at in range(len(text)) if text.startswith(b"MSH|", at) and (at == 0 or text[at - 1 : at] in {b"\r", b"\xbf"})]
    starts[:1] = [0]
    return [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]


def send_and_leave(port: int, raw: bytes) -> None:
    with contextlib.closing(socket.create_connection(("127.0.0.1", port), WAIT)) as client:
        client.sendall(wrap(raw))


def test_a_patient_and_an_order(hl7_port: int) -> None:
    people.ct1()
    answers = ask(hl7_port, adt("A04", control="C1"), orm(control="C2"))
    assert [answer_of(answer)[0] for answer in answers] == ["AA", "AA"]
    assert b"MSA|AA|C1" in answers[0]
    assert Exam.objects.get().patient.number == "00482913"


def test_it_is_committed_when_the_answer_comes(hl7_port: int) -> None:
    for number in range(10):
        ask(hl7_port, adt("A04", pid(f"P{number}"), pv1(f"V{number}")))
        assert Patient.objects.filter(number=f"P{number}").exists()


def test_the_same_message_again_is_answered_the_same_and_applied_once(hl7_port: int) -> None:
    people.ct1()
    first, second = ask(hl7_port, *[orm(control="SAME")] * 2)
    assert first == second
    assert Order.objects.count() == 1
    assert Message.objects.get(control_id="SAME").times_received == 2


def test_a_renewed_time_in_msh_7_is_still_the_same_message(hl7_port: int) -> None:
    people.ct1()
    raw = orm(control="SAME")
    first, second = ask(hl7_port, raw, raw.replace(b"|20260302101500||ORM", b"|20260302101759||ORM"))
    assert first == second


def test_a_refused_message_is_refused_the_same_way_again(hl7_port: int) -> None:
    first, second = ask(hl7_port, *[orm(code="NOPE", control="BAD")] * 2)
    assert first == second
    assert answer_of(first) == ("AE", "103", "OBR^1^4^1")


def test_another_message_under_the_same_control_id_is_kept_and_refused(hl7_port: int) -> None:
    people.ct1()
    answers = ask(hl7_port, *[orm(order, control="REUSED") for order in ("O1", "O2", "O1", "O2")])
    assert [answer_of(answer) for answer in answers] == [("AA", "", ""), ("AE", "205", "MSH^1^10")] * 2
    assert Message.objects.filter(control_id="REUSED").count() == 2
    assert Order.objects.count() == 1


def test_the_same_control_id_of_another_sender_is_another_message(hl7_port: int) -> None:
    people.ct1()
    answers = ask(hl7_port, orm("O1", control="1"), orm("O2", control="1", sender="OTHER|HOSPITAL"))
    assert [answer_of(answer)[0] for answer in answers] == ["AA", "AA"]
    assert Order.objects.count() == 2


def test_one_message_on_many_connections_at_once_is_applied_once(hl7_port: int) -> None:
    people.ct1()
    raw = orm(control="RACE")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _number: ask(hl7_port, raw)[0], range(8)))
    assert len(set(answers)) == 1
    assert answer_of(answers[0])[0] == "AA"
    assert Order.objects.count() == 1


def test_many_connections_at_once_lose_and_double_nothing(hl7_port: int) -> None:
    people.ct1()

    def day(desk: int) -> list[bytes]:
        patient = pid(f"P{desk}", name=f"TEST^{desk}")
        visit = pv1(f"V{desk}")
        return ask(hl7_port, adt("A04", patient, visit), *[orm(f"O{desk}-{number}", patient=patient, visit=visit) for number in range(3)])

    with ThreadPoolExecutor(8) as pool:
        answers = [answer for some in pool.map(day, range(8)) for answer in some]
    assert {answer_of(answer) for answer in answers} == {("AA", "", "")}
    assert (Patient.objects.count(), Order.objects.count()) == (8, 24)
    assert len(set(Exam.objects.values_list("accession_number", flat=True))) == 24


def test_messages_for_one_new_patient_at_once_make_one_patient(hl7_port: int) -> None:
    people.ct1()
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda number: ask(hl7_port, orm(f"O{number}"))[0], range(6)))
    assert Patient.objects.count() == 1
    accepted = [answer for answer in answers if answer_of(answer)[0] == "AA"]
    assert len(accepted) == Order.objects.count() == 6


def test_messages_of_one_connection_are_applied_in_order(hl7_port: int) -> None:
    names = [f"STEP^{number}" for number in range(20)]
    with contextlib.closing(socket.create_connection(("127.0.0.1", hl7_port), WAIT)) as client:
        client.sendall(b"".join(wrap(adt("A08", pid(name=name), pv1())) for name in names))
        received = b""
        while received.count(b"\x1c\r") < len(names):
            received += client.recv(65536)
    assert Patient.objects.get().name == "STEP^19"
    assert list(Message.objects.order_by("id").values_list("state", flat=True)) == [MessageState.APPLIED] * 20


def test_a_sender_that_hung_up_gets_its_answer_when_it_sends_again(hl7_port: int) -> None:
    people.ct1()
    raw = orm(control="GONE")
    send_and_leave(hl7_port, raw)
    assert answer_of(ask(hl7_port, raw)[0])[0] == "AA"
    assert Order.objects.count() == 1


@pytest.mark.skipif(not OUTSIDE.exists(), reason="the messages from outside are not part of the project")
def test_messages_that_nobody_here_wrote_are_all_answered(hl7_port: int) -> None:
    names, messages = zip(*outside_messages(), strict=True)
    answers = dict(zip(names, map(answer_of, ask(hl7_port, *messages)), strict=True))
    assert len(answers) >= 53
    assert {answer[0] for answer in answers.values()} == {"AA", "AE", "AR"}
    faults = {name: answer for name, answer in answers.items() if answer[1:] == ("207", "MSH^1")}
    assert faults == {}


@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(min_size=1, max_size=300).filter(lambda raw: not {0x0B, 0x1C} & set(raw)))
def test_junk_is_answered_and_kept(hl7_port: int, raw: bytes) -> None:
    answer = ask(hl7_port, raw)[0]
    assert answer_of(answer)[0] == "AR"
    row = Message.objects.latest("id")
    assert (bytes(row.raw), row.state) == (raw, MessageState.REJECTED)


def cut_and_twisted() -> st.SearchStrategy[bytes]:
    """A good order with a piece cut out and something put in."""
    good = orm(control="FUZZ")
    return st.builds(
        lambda start, length, piece: good[:start] + piece + good[start + length :],
        st.integers(0, len(good)),
        st.integers(0, 60),
        st.sampled_from([b"", b"|", b"^^^^", b"~~", b"\\X", b"\\", b"\xff\xfe", b"&&", b'""', b"\r", "林".encode("gb18030"), b"\x00"]),
    )


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut_and_twisted())
def test_damaged_orders_are_answered_and_never_a_fault_of_ours(hl7_port: int, raw: bytes) -> None:
    code, error, _place = answer_of(ask(hl7_port, raw)[0])
    assert code in {"AA", "AE", "AR"}
    assert "fault has been logged" not in Message.objects.latest("id").error_text, error


def test_a_killed_listener_has_lost_and_doubled_nothing(transactional_db: None) -> None:
    people.ct1()
    messages = [orm(f"O{number}", control=f"K{number}") for number in range(30)]
    acknowledged = []
    with hl7_process() as listener, contextlib.suppress(OSError):
        for number, raw in enumerate(messages):
            if number == 12:
                send_and_leave(listener.port, raw)
                listener.kill()
            acknowledged.append(ask(listener.port, raw)[0])
    assert Order.objects.count() in {len(acknowledged), len(acknowledged) + 1}
    with hl7_process() as listener:
        answers = ask(listener.port, *messages)
        assert listener.stop() == 0
    assert answers[: len(acknowledged)] == acknowledged
    assert {answer_of(answer)[0] for answer in answers} == {"AA"}
    assert Order.objects.count() == 30
