"""Character sets. Not covered: the escape sequences of ISO 2022 beyond what Python's codecs know."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from his_integration.messages.charsets import CODECS, codec_of, decode, encode
from his_integration.messages.envelope import labels_of


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("UNICODE UTF-8", "utf-8", "林美华"),
        ("GB 18030-2000", "gb18030", "林美华𠮷"),
        ("GB18030-2000", "gb18030", "林美华"),
        ("CP936", "gb18030", "林美华"),
        ("8859/1", "iso8859_1", "Müller García"),
        ("8859/2", "iso8859_2", "Dvořák"),
        ("8859/5", "iso8859_5", "Иванов"),
        ("ISO IR87", "iso2022_jp", "山田"),
        ("KS X 1001", "cp949", "김희중"),
        ("BIG-5", "cp950", "林美華"),
        ("ASCII", "ascii", "SMITH"),
    ],
)
def test_labels_say_what_the_bytes_are(label: str, codec: str, text: str) -> None:
    decoded = decode(f"PID|1||{text}".encode(codec), [label], "UTF-8")
    assert decoded.text.endswith(text)
    assert decoded.note == ""


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("UNICODE UTF-8", "cp1252", "Müller, José"),
        ("UNICODE UTF-8", "gb18030", "林美华"),
        ("ASCII", "gb18030", "林美华"),
        ("ASCII", "utf-8", "林美华"),
        ("8859/1", "utf-8", "林美华"),
        ("8859/1", "gb18030", "林美华"),
        ("GB18030", "utf-8", "林美华"),
        ("", "gb18030", "林美华"),
        ("", "cp1252", "créée"),
        ("GB 18030-2000", "cp1252", "Jos\xe9 "),
    ],
)
def test_a_wrong_label_is_met_by_looking_at_the_bytes(label: str, codec: str, text: str) -> None:
    decoded = decode(f"PID|1||{text}|".encode(codec), [label], "UTF-8")
    assert text in decoded.text
    assert decoded.note


@pytest.mark.parametrize("name", ["Müller", "créée", "Ångström", "Grüße", "NOËL ÉÉ"])
def test_a_right_latin_label_is_believed(name: str) -> None:
    decoded = decode(f"PID|1||{name}|".encode("latin-1"), ["8859/1"], "UTF-8")
    assert name in decoded.text
    assert decoded.note == ""


def test_a_byte_order_mark_says_utf_8() -> None:
    assert decode(b"\xef\xbb\xbf" + "MSH|林".encode(), ["8859/1"], "UTF-8").text == "MSH|林"


def test_two_sets_together_never_throw() -> None:
    raw = "张".encode("gb18030") + "Müller".encode("cp1252") + "김".encode("cp949") + b"\xff\xfe"
    decoded = decode(raw, ["UNICODE UTF-8", "GB 18030-2000", "8859/1"], "UTF-8")
    assert decoded.text
    assert decoded.note


@given(st.binary(max_size=200), st.lists(st.sampled_from([*CODECS, "", "KLINGON"]), max_size=3))
def test_nothing_throws(raw: bytes, labels: list[str]) -> None:
    assert isinstance(decode(raw, labels, "UTF-8").text, str)


def test_an_unknown_label_is_noted() -> None:
    assert "unknown" in decode(b"MSH", ["KLINGON"], "UTF-8").note
    assert codec_of("KLINGON") is None


@pytest.mark.parametrize(
    ("raw", "labels"),
    [
        (b"MSH|^~\\&|A|B|C|D|1||ADT^A01|1|P|2.5||||||8859/1~UNICODE UTF-8\rPID|", ["8859/1", "UNICODE UTF-8"]),
        (b"\xef\xbb\xbfMSH|^~\\&|A|B|C|D|1||ADT^A01|1|P|2.5||||||UNICODE UTF-8|X\r", ["UNICODE UTF-8"]),
        (b"MSH|^~\\&|A\r", []),
        (b"junk", []),
        (b"", []),
    ],
)
def test_labels_are_read_before_the_text_is(raw: bytes, labels: list[str]) -> None:
    assert labels_of(raw) == labels


def test_what_a_set_lacks_becomes_a_question_mark() -> None:
    assert encode("林", "ascii") == b"?"
    assert encode("林", "no-such-codec") == "林".encode()
