"""HL7 text as the simulated HIS writes it, read back by python-hl7, which nobody here wrote.

Not covered: what Lightbox makes of the messages (tests/his_integration).
"""

from datetime import UTC, datetime

import hl7
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.desk import Request
from demo.hl7 import messages
from demo.hl7.message import encode, escape, fields, segment
from demo.hl7.messages import Envelope
from demo.people import CHEN_GUOHUA, CHEN_WEI, JOHN_CARTER, LIN_FANG, LIN_FANG_AGAIN, UNKNOWN, Person

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def request(person: Person, **changes: object) -> Request:
    plain = {"key": "K1", "code": "CT-CHEST", "station": "CT1", "reason": "cough | fever", "ordered_at": AT, "wanted_at": AT}
    return Request(person=person, clinician=CHEN_WEI, **{**plain, **changes})


def parsed(raw: bytes) -> hl7.Message:
    return hl7.parse(raw.decode())


def test_characters_with_a_meaning_are_escaped() -> None:
    assert escape("a|b^c&d~e\\f") == "a\\F\\b\\S\\c\\T\\d\\R\\e\\E\\f"


def test_a_line_break_counts_once() -> None:
    assert escape("one\r\ntwo\nthree") == "one\\.br\\two\\.br\\three"


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_any_text_survives_a_reader(text: str) -> None:
    message = hl7.parse(f"MSH|^~\\&|A\rNTE|1||{escape(text)}.\r")
    assert message.unescape(str(message.segment("NTE")[3])) == f"{text}."


def test_levels_repeat_and_nest_without_empty_ends() -> None:
    assert encode([("A", ("b", "c"), ""), "D"]) == "A^b&c~D"


def test_fields_stand_at_their_numbers() -> None:
    assert segment("OBR", {4: "X", 2: ("P", "HIS"), 9: ""}) == "OBR||P^HIS||X"


def test_the_header_counts_its_own_separator() -> None:
    found = fields(messages.adt("A04", Envelope("7", AT), JOHN_CARTER, request(JOHN_CARTER).visit).decode(), "MSH")
    assert (found[3], found[5], found[9], found[10], found[12], found[18]) == (
        "HIS",
        "LIGHTBOX",
        "ADT^A04^ADT_A01",
        "7",
        "2.5.1",
        "UNICODE UTF-8",
    )


def test_a_chinese_name_comes_in_characters_and_in_pinyin() -> None:
    pid = parsed(messages.adt("A01", Envelope("1", AT), CHEN_GUOHUA, request(CHEN_GUOHUA).visit)).segment("PID")
    assert [(str(one[0]), str(one[1]), str(one[7])) for one in pid[5]] == [("陈", "国华", "I"), ("Chen", "Guohua", "A")]


def test_a_protected_person_is_marked() -> None:
    protected = parsed(messages.adt("A01", Envelope("1", AT), CHEN_GUOHUA, request(CHEN_GUOHUA).visit)).segment("PV1")
    plain = parsed(messages.adt("A01", Envelope("1", AT), JOHN_CARTER, request(JOHN_CARTER).visit)).segment("PV1")
    assert (str(protected[16]), str(plain[16])) == ("VIP", "")


def test_somebody_unknown_has_a_pseudonym_and_no_birth_date() -> None:
    pid = parsed(messages.adt("A04", Envelope("1", AT), UNKNOWN, request(UNKNOWN).visit)).segment("PID")
    assert (str(pid[5][0][6]), str(pid[7])) == ("S", "")


def test_allergies_come_with_the_admission() -> None:
    assert (
        str(parsed(messages.adt("A04", Envelope("1", AT), JOHN_CARTER, request(JOHN_CARTER).visit)).segment("AL1")[3][0][1]) == "Penicillin"
    )


def test_an_imaging_order_names_the_station() -> None:
    one = request(JOHN_CARTER)
    message = parsed(messages.omi("NW", Envelope("1", AT), one.person, one.visit, one.order))
    assert (str(message.segment("IPC")[9]), str(message.segment("OBR")[4][0][0]), str(message.segment("ORC")[1])) == (
        "CT1",
        "CT-CHEST",
        "NW",
    )


@pytest.mark.parametrize(("form", "version"), [("orm", "2.3.1"), ("omi", "2.5.1")])
def test_each_form_has_its_version_and_the_wanted_time(form: str, version: str) -> None:
    one = request(JOHN_CARTER)
    text = {"orm": messages.orm, "omi": messages.omi}[form]("NW", Envelope("1", AT), one.person, one.visit, one.order).decode()
    assert (fields(text, "MSH")[12], "20261122093000+0000" in text) == (version, True)


def test_a_merge_keeps_one_number_and_names_the_other() -> None:
    message = parsed(messages.merge(Envelope("1", AT), LIN_FANG, LIN_FANG_AGAIN))
    assert (str(message.segment("PID")[3][0][0]), str(message.segment("MRG")[1][0][0])) == (LIN_FANG.number, LIN_FANG_AGAIN.number)
