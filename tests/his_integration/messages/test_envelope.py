"""Acknowledgements. Not covered: enhanced acknowledgement (MSH-15, MSH-16), which we neither ask for nor give."""

import hl7
import pytest

from his_integration.messages.envelope import acknowledgement, control_id_new, envelope_of
from his_integration.messages.problems import Place, Refused
from his_integration.messages.text import parse

HEADER = "MSH|^~\\&|HIS|HOSPITAL|LIGHTBOX|RADIOLOGY|20260302101500||{kind}|M1|P|{version}||||||{charset}\r"
UNKNOWN = Refused("103", Place("OBR", 2, 4, 1), "Procedure 头|颅 is not in the catalogue.")


def answer(kind: str = "ORM^O01", version: str = "2.5.1", charset: str = "", refused: Refused | None = None, codec: str = "utf-8") -> bytes:
    return acknowledgement(envelope_of(parse(HEADER.format(kind=kind, version=version, charset=charset), codec)), refused)


def test_it_goes_back_to_who_sent_it() -> None:
    ack = hl7.parse(answer())
    assert [str(ack.segment("MSH")[number]) for number in (3, 4, 5, 6)] == ["LIGHTBOX", "RADIOLOGY", "HIS", "HOSPITAL"]
    assert str(ack.segment("MSH")[9]) == "ACK^O01^ACK"
    assert [str(ack.segment("MSA")[number]) for number in (1, 2)] == ["AA", "M1"]
    assert "ERR" not in str(ack)


def test_an_error_names_code_place_and_what_to_do() -> None:
    err = hl7.parse(answer(refused=UNKNOWN)).segment("ERR")
    assert str(err[2]) == "OBR^2^4^1"
    assert str(err[3]) == "103^Table value not found^HL70357"
    assert str(err[4]) == "E"
    assert "catalogue" in str(err[8])


def test_older_versions_find_it_in_err_1_and_msa_3() -> None:
    ack = hl7.parse(answer(version="2.3.1", refused=UNKNOWN))
    assert str(ack.segment("MSH")[9]) == "ACK^O01"
    assert str(ack.segment("MSH")[12]) == "2.3.1"
    assert str(ack.segment("ERR")[1]) == "OBR^2^4^103&Table value not found&HL70357"
    assert "catalogue" in str(ack.segment("MSA")[3])


def test_it_is_written_in_the_character_set_of_the_sender() -> None:
    ack = answer(charset="GB 18030-2000", refused=UNKNOWN, codec="gb18030")
    assert "头\\F\\颅".encode("gb18030") in ack
    assert b"|GB 18030-2000\r" in ack


@pytest.mark.parametrize(("code", "word"), [("103", "AE"), ("200", "AR"), ("201", "AR"), ("204", "AE")])
def test_error_or_reject(code: str, word: str) -> None:
    assert b"MSA|" + word.encode() in answer(refused=Refused(code, Place("MSH"), "x"))


def test_control_ids_are_unique_and_short() -> None:
    ids = {control_id_new() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(len(value) <= 20 for value in ids)
