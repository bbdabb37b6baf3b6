"""Reading HL7 text, with python-hl7 as a second opinion. Not covered: batches (BHS, FHS), which MLLP does not carry."""

import datetime as dt
import tracemalloc

import hl7
import pytest
from hypothesis import given
from hypothesis import strategies as st

from his_integration.messages.text import (
    MAX_SEGMENTS,
    Delimiters,
    NotHL7,
    date_parse,
    escape,
    parse,
    timestamp_parse,
    unescape,
)

ORM = (
    "MSH|^~\\&|HIS|HOSPITAL|LIGHTBOX|RADIOLOGY|20260302101500||ORM^O01|M1|P|2.3.1\r"
    "PID|1||P1^^^HOSPITAL^MR~X2^^^STATE^NI||LIN^Mei-Hua~林^美华||19680412|F\r"
    "ORC|NW|O1^HIS\rOBR|1|O1||CT-HEAD^CT head\rNTE|1||first\r"
    "ORC|NW|O2^HIS\rOBR|2|O2||CT-CHEST&A&B^CT chest\r"
)


def test_fields_components_repetitions_and_subcomponents() -> None:
    text = parse(ORM)
    pid = text.first("PID")
    assert pid is not None
    assert text.msh.get(3) == "HIS"
    assert (text.get("MSH", 9), text.get("MSH", 9, 2)) == ("ORM", "O01")
    assert (pid.get(3), pid.get(3, 4), pid.get(3, 5, repetition=2)) == ("P1", "HOSPITAL", "NI")
    assert (pid.get(5, 2), pid.get(5, 1, repetition=2)) == ("Mei-Hua", "林")
    assert text.all("OBR")[1].get(4, 1, 2) == "A"
    assert pid.get(40) == ""


def test_order_groups() -> None:
    assert [[segment.name for segment in group] for group in parse(ORM).groups("ORC")] == [["ORC", "OBR", "NTE"], ["ORC", "OBR"]]
    assert [segment.number for segment in parse(ORM).all("OBR")] == [1, 2]


def test_python_hl7_reads_the_same() -> None:
    other, ours = hl7.parse(ORM), parse(ORM)
    for segment in ours.segments:
        theirs = other.segments(segment.name)[segment.number - 1]
        for field in range(3, len(segment.fields)):
            assert segment.raw(field) == str(theirs[field])


@pytest.mark.parametrize("ending", ["\r", "\n", "\r\n"])
def test_segment_endings(ending: str) -> None:
    text = parse(ORM.replace("\r", ending))
    assert [segment.name for segment in text.segments] == ["MSH", "PID", "ORC", "OBR", "NTE", "ORC", "OBR"]
    assert text.get("OBR", 4, 2) == "CT head"


def test_a_line_feed_within_a_text_does_not_end_the_segment() -> None:
    text = parse(ORM.replace("first", "first\nsecond line"))
    assert text.get("NTE", 3) == "first\nsecond line"


def test_a_byte_order_mark_is_passed_over() -> None:
    assert parse("\ufeff" + ORM).get("PID", 3) == "P1"


def test_other_delimiters() -> None:
    text = parse("MSH$:*!%$HIS$H$$$$$ADT:A04$1$P$2.5\rPID$1$$A:::B*C$$LIN:Mei!S!Hua%X\r")
    assert text.delimiters == Delimiters("$", ":", "*", "!", "%")
    assert text.get("PID", 3, 4) == "B"
    assert text.get("PID", 5, 2) == "Mei:Hua"


def test_delete_and_keep_are_told_apart() -> None:
    pid = parse('MSH|^~\\&|A\rPID|1||P1|""|""^x|\r').first("PID")
    assert pid is not None
    assert pid.sent(4) == ""
    assert pid.sent(5) == ""
    assert pid.sent(6) is None
    assert pid.get(4) == ""


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("a\\F\\b\\S\\c\\T\\d\\R\\e\\E\\f", "a|b^c&d~e\\f"),
        ("one\\.br\\two\\.sp\\three", "one\ntwo\nthree"),
        ("\\H\\bold\\N\\", "bold"),
        ("\\X41\\", "A"),
        ("\\XE69E97\\", "林"),
        ("\\XE6\\\\X9E\\\\X97\\", "林"),
        ("\\X5C\\", "\\"),
        ("50\\unknown\\x", "50\\unknown\\x"),
        ("a lone \\ stays", "a lone \\ stays"),
        ("\\Xzz\\", "\\Xzz\\"),
    ],
)
def test_escapes(raw: str, value: str) -> None:
    assert unescape(raw, Delimiters()) == value


def test_hexadecimal_is_read_in_the_character_set_of_the_message() -> None:
    assert unescape("\\XC1D6\\", Delimiters(), "gb18030") == "林"


@given(st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"])))
def test_what_is_escaped_comes_back(value: str) -> None:
    assert unescape(escape(value), Delimiters()) == value


@given(st.text(max_size=200))
def test_no_text_breaks_the_parser(body: str) -> None:
    try:
        text = parse("MSH|^~\\&|" + body)
    except NotHL7:
        return
    for segment in text.segments:
        segment.get(3, 2, 2)
        segment.repetitions(5)


@pytest.mark.parametrize("text", ["", "hello", "PID|1", "MSH", "MSH|", "MSHA^~", "MSH|^^^^|x"])
def test_what_is_not_hl7(text: str) -> None:
    with pytest.raises(NotHL7):
        parse(text)


def test_too_many_segments() -> None:
    with pytest.raises(NotHL7, match="segments"):
        parse("MSH|^~\\&|A\r" + "NTE|1\r" * (MAX_SEGMENTS + 1))


@pytest.mark.parametrize("filler", ["^", "|", "~", "&", "\\"])
def test_a_hostile_message_costs_little_more_than_its_text(filler: str) -> None:
    body = "MSH|^~\\&|A\rOBX|1|" + filler * 2_000_000
    tracemalloc.start()
    segment = parse(body).first("OBX")
    assert segment is not None
    segment.get(5, 3, 2)
    segment.repetitions(2)
    segment.whole(2)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 40_000_000


@pytest.mark.parametrize(
    ("value", "iso"),
    [
        ("2026", "2026-01-01T00:00:00+08:00"),
        ("20260302", "2026-03-02T00:00:00+08:00"),
        ("202603021015", "2026-03-02T10:15:00+08:00"),
        ("20260302101530.123+0000", "2026-03-02T10:15:30+00:00"),
        ("202110201126-0530", "2021-10-20T11:26:00-05:30"),
    ],
)
def test_times(value: str, iso: str) -> None:
    assert timestamp_parse(value) == dt.datetime.fromisoformat(iso)


@pytest.mark.parametrize("value", ["", "20261302", "yesterday", "20260302+9999", "2026030"])
def test_not_times(value: str) -> None:
    assert timestamp_parse(value) is None


def test_a_birth_date_is_the_day_that_is_written() -> None:
    assert date_parse("198808181126+0215") == dt.date(1988, 8, 18)
    assert date_parse("1988") is None
