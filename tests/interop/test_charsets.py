"""Names in every character set that scanners here use, in and out by every door, compared byte by byte with what the standard wants.

Not covered: right-to-left scripts, Thai and ISO 2022 IR 159, which nobody here sends.
"""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from pydicom.uid import CTImageStorage, generate_uid
from pynetdicom.sop_class import ModalityPerformedProcedureStep, ModalityWorklistInformationFind
from pynetdicom.sop_class import StudyRootQueryRetrieveInformationModelFind as StudyFind

from imaging.archive.intake.values import text_of
from imaging.archive.models import Study
from imaging.common.charsets import charset_terms, decode_text
from imaging.dimse import commands as c
from imaging.dimse.server import DicomServer
from imaging.orders.models import Exam
from imaging.patients.words import patient_index
from imaging.scheduling.models import PerformedStep, Station
from imaging.scheduling.services import order_place
from tests import people
from tests.imaging.dicomweb.clients import Web
from tests.imaging.orders.test_services import head
from tests.interop.raw import RawPeer, Values

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True)
class Case:
    """A name as a person writes it, its bytes under `declared`, and the bytes by which its beginning is asked for."""

    declared: bytes
    name: str
    raw: bytes
    beginning: bytes
    is_right: bool = True
    """What is declared is true: an answer in that set has the same bytes."""


HAN = "林^美华"
GB2312 = b"\x1b$)A" + "林".encode("gb2312") + b"^\x1b$)A" + "美华".encode("gb2312")
CASES = {
    "ASCII": Case(b"", "LIN^MEI-HUA", b"LIN^MEI-HUA", b"LIN^M*"),
    "Latin 1": Case(b"ISO_IR 100", "Müller^Jürgen", "Müller^Jürgen".encode("latin_1"), "Mül*".encode("latin_1")),
    "Cyrillic": Case(b"ISO_IR 144", "Иванов^Иван", "Иванов^Иван".encode("iso8859_5"), "Ива*".encode("iso8859_5")),
    "UTF-8": Case(b"ISO_IR 192", f"LIN^Mei-Hua={HAN}", f"LIN^Mei-Hua={HAN}".encode(), "林*".encode()),
    "GB18030": Case(b"GB18030", "LIN^Mei-Hua=㐂^䶮", "LIN^Mei-Hua=㐂^䶮".encode("gb18030"), "㐂*".encode("gb18030")),
    "GBK": Case(b"GBK", f"LIN^Mei-Hua={HAN}", f"LIN^Mei-Hua={HAN}".encode("gbk"), "林*".encode("gbk")),
    # PS3.5 K.3: its escape sequence begins every component.
    "ISO 2022 IR 58": Case(b"\\ISO 2022 IR 58", f"LIN^Mei-Hua={HAN}", b"LIN^Mei-Hua=" + GB2312, b"\x1b$)A" + "林*".encode("gb2312")),
    # PS3.5 H.3.1 and H.3.2.
    "Japanese": Case(
        b"\\ISO 2022 IR 87",
        "Yamada^Tarou=山田^太郎=やまだ^たろう",
        b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B",
        b"\x1b$B;3ED\x1b(B*",
    ),
    "Japanese with half-width kana": Case(
        b"ISO 2022 IR 13\\ISO 2022 IR 87",
        "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう",
        b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J=\x1b$B$d$^$@\x1b(J^\x1b$B$?$m$&\x1b(J",
        b"\xd4\xcf*",
    ),
    "Japanese whose bytes hold a question mark": Case(
        b"\\ISO 2022 IR 87", "Shin=新^人", b"Shin=\x1b$B?7\x1b(B^\x1b$B?M\x1b(B", b"\x1b$B?7\x1b(B*"
    ),
    # PS3.5 I.2.
    "Korean": Case(
        b"\\ISO 2022 IR 149",
        "Hong^Gildong=洪^吉洞=홍^길동",
        b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf",
        b"\x1b$)C\xfb\xf3*",
    ),
    "GBK, undeclared": Case(b"", f"LIN^Mei-Hua={HAN}", f"LIN^Mei-Hua={HAN}".encode("gbk"), "林*".encode("gbk"), is_right=False),
    "GBK as Latin 1": Case(b"ISO_IR 100", f"LIN^Mei-Hua={HAN}", f"LIN^Mei-Hua={HAN}".encode("gbk"), "林*".encode("gbk"), is_right=False),
    "GBK as UTF-8": Case(b"ISO_IR 192", f"LIN^Mei-Hua={HAN}", f"LIN^Mei-Hua={HAN}".encode("gbk"), "林*".encode("gbk"), is_right=False),
    "GBK as ISO 2022 IR 58, no escapes": Case(
        b"\\ISO 2022 IR 58", f"LIN^Mei-Hua={HAN}", f"LIN^Mei-Hua={HAN}".encode("gbk"), "林*".encode("gbk"), is_right=False
    ),
    "UTF-8, undeclared": Case(b"", f"LIN^Mei-Hua={HAN}", f"LIN^Mei-Hua={HAN}".encode(), "林*".encode(), is_right=False),
    "UTF-8 as Latin 1": Case(b"ISO_IR 100", f"LIN^Mei-Hua={HAN}", f"LIN^Mei-Hua={HAN}".encode(), "林*".encode(), is_right=False),
    "UTF-8 as GB18030": Case(b"GB18030", f"LIN^Mei-Hua={HAN}", f"LIN^Mei-Hua={HAN}".encode(), "林*".encode(), is_right=False),
}


def image(case: Case, patient_id: bytes) -> dict[str, Any]:
    """A CT image with the name as its patient's, its first group as its description, and as a text within a sequence."""
    text = case.raw.partition(b"=")[0]
    return {
        "SpecificCharacterSet": case.declared, "SOPClassUID": CTImageStorage.encode(), "SOPInstanceUID": generate_uid().encode(),
        "StudyInstanceUID": generate_uid().encode(), "SeriesInstanceUID": generate_uid().encode(), "PatientID": patient_id,
        "PatientName": case.raw, "StudyDescription": text, "Modality": b"CT", "StudyDate": b"20261122",
        "RequestAttributesSequence": [{"ScheduledProcedureStepID": b"1", "RequestedProcedureDescription": text}],
    }  # fmt: skip


def asked(case: Case, **keys: bytes) -> Values:
    return {"SpecificCharacterSet": case.declared, "QueryRetrieveLevel": b"STUDY", "PatientID": b"", "StudyInstanceUID": b"", **keys}


def charset_of(answer: dict[str, Any]) -> bytes:
    return bytes(answer["00080005"])


def test_in_by_c_store_and_out_by_c_find_and_qido(dicom: DicomServer) -> None:
    web = Web(people.radiologist())
    with RawPeer(dicom.port, CTImageStorage) as scanner, RawPeer(dicom.port, StudyFind) as reader:
        for number, (what, case) in enumerate(CASES.items()):
            patient_id = f"C{number}".encode()
            assert scanner.store(image(case, patient_id)) == 0
            study = Study.objects.get(patient_id=patient_id.decode())
            assert study.patient_name == case.name, what
            assert study.study_description == case.name.partition("=")[0], what
            for key in (case.raw, case.beginning):
                found = reader.find(asked(case, PatientName=key, PatientID=patient_id))
                assert [answer["00100020"] for answer in found] == [patient_id], what
                assert_in_the_askers_characters(found[0], case, what)
            assert reader.find(asked(case, PatientName=b"ZZ*", PatientID=patient_id)) == [], what
            [answer] = web.json(f"/studies?PatientID=C{number}&PatientName={case.name.split('=')[0]}*")
            assert text_of(answer, "00100010") == case.name, what


def assert_in_the_askers_characters(answer: dict[str, Any], case: Case, what: str) -> None:
    held = (charset_of(answer), answer["00100010"])
    if case.is_right:
        assert held == (case.declared or b"ISO_IR 192", case.raw), what
    else:
        assert decode_text(held[1], charset_terms(held[0])) == case.name, what


def test_on_the_worklist_as_the_scanners_profile_says(dicom: DicomServer) -> None:
    exam = exam_of_lin()
    step: Values = {"ScheduledStationAETitle": b"CT1", "ScheduledProcedureStepID": b""}
    with RawPeer(dicom.port, ModalityWorklistInformationFind) as scanner:
        for what, case in CASES.items():
            renamed(exam, case.name)
            Station.objects.update(character_set=case.declared.decode() or "ISO_IR 6")
            keys: Values = {"SpecificCharacterSet": case.declared, "PatientName": case.beginning, "AccessionNumber": b""}
            found = scanner.find({**keys, "ScheduledProcedureStepSequence": [step]})
            assert [answer["00080050"].decode() for answer in found] == [exam.accession_number], what
            if case.is_right:
                assert (charset_of(found[0]), found[0]["00100010"]) == (case.declared or b"ISO_IR 6", case.raw), what


def test_in_what_a_scanner_says_that_it_did(dicom: DicomServer) -> None:
    accession = exam_of_lin().accession_number.encode()
    with RawPeer(dicom.port, ModalityPerformedProcedureStep) as scanner:
        for number, (what, case) in enumerate(CASES.items()):
            begun: Values = {
                "SpecificCharacterSet": case.declared, "PatientName": case.raw, "PerformedProcedureStepStatus": b"IN PROGRESS",
                "ScheduledStepAttributesSequence": [{"AccessionNumber": accession, "StudyInstanceUID": b"1.2.3"}],
            }  # fmt: skip
            reason: Values = {"CodeValue": b"110513", "CodingSchemeDesignator": b"DCM", "CodeMeaning": case.raw.split(b"=")[-1]}
            ended: Values = {
                "SpecificCharacterSet": case.declared, "PerformedProcedureStepStatus": b"DISCONTINUED",
                "PerformedProcedureStepDiscontinuationReasonCodeSequence": [reason],
            }  # fmt: skip
            assert scanner.create(f"1.2.{number}", begun)[c.STATUS] == 0, what
            assert scanner.set(f"1.2.{number}", ended)[c.STATUS] == 0, what
            performed = PerformedStep.objects.get(sop_instance_uid=f"1.2.{number}")
            assert performed.discontinuation_reason == case.name.split("=")[-1], what
            assert text_of(performed.dataset, "00100010") == case.name, what


@pytest.mark.parametrize("declared", ["GB18030", "\\ISO 2022 IR 58", "ISO_IR 100", ""])
def test_json_by_stow_is_unicode_whatever_it_declares(transactional_db: None, declared: str) -> None:
    """PS3.18 F.2: the character set of DICOM JSON is UTF-8, also inside sequences that say otherwise."""
    terms = {"vr": "CS", "Value": declared.split("\\")} if declared else {"vr": "CS"}
    name = {"vr": "PN", "Value": [{"Alphabetic": "LIN^Mei-Hua", "Ideographic": HAN}]}
    item = {"00080005": terms, "00321060": {"vr": "LO", "Value": ["头颅平扫"]}}
    uids = {"00080018": "1.2.4", "0020000D": "1.2.5", "0020000E": "1.2.6", "00080016": CTImageStorage}
    metadata = {tag: {"vr": "UI", "Value": [uid]} for tag, uid in uids.items()}
    metadata |= {"00080005": terms, "00100010": name, "00400275": {"vr": "SQ", "Value": [item]}, "00100020": {"vr": "LO", "Value": ["C1"]}}
    web = Web(people.technologist())
    answer = web.post("/studies", [json.dumps([metadata]).encode()], "application/dicom+json")
    assert answer.status_code == 200, answer.content
    assert Study.objects.get().patient_name == f"LIN^Mei-Hua={HAN}"
    [back] = web.json("/studies/1.2.5/metadata")
    assert back["00100010"] == name
    assert back["00400275"]["Value"][0]["00321060"]["Value"] == ["头颅平扫"]


def exam_of_lin() -> Exam:
    people.ct1()
    return order_place(patient=people.lin_mei_hua(), items=[head()]).exams.get()


def renamed(exam: Exam, name: str) -> None:
    patient = exam.patient
    patient.name, patient.name_ideographic, patient.name_phonetic = (*name.split("="), "", "")[:3]
    patient.save()
    patient_index(patient)
