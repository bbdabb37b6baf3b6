"""Names and texts in wrong character sets, as scanners send them: the registered name stays the truth, the page says what was sent.

Not covered: the words beside the picture (static/viewer/tests/names.test.ts, tests/e2e/test_bad_input.py), right sets (tests/interop).
"""

import io
from typing import Any

import pytest
from django.test import Client

from imaging.archive.intake.ingest import instance_ingest
from imaging.archive.models import Study
from imaging.common.charsets import decode_text
from imaging.viewer.hanging.rules import rule_read
from imaging.viewer.hanging.services import hanging_add
from tests import people
from tests.imaging import pictures
from tests.imaging.archive.objects import as_file
from tests.imaging.dicomweb.clients import Web
from tests.imaging.viewer.hanging.scans import rule_for_chest
from tests.imaging.viewer.test_views import boot

pytestmark = pytest.mark.django_db
HAN = "林^美华"
HOSTILE = "</script><img src=x onerror=alert(1)> 1b"


def named(declared: str | None, raw: bytes, **attributes: Any) -> Study:
    """A study whose name is these bytes under a declared character set."""
    stand_in = "Z" * len(raw)
    ds = pictures.slice_of(1, **{"PatientName": stand_in, "SpecificCharacterSet": declared} | attributes)
    content = as_file(ds).read()
    assert content.count(stand_in.encode()) == 1
    study = instance_ingest(stream=io.BytesIO(content.replace(stand_in.encode(), raw)), source_ae_title="CT1", door="dicom").study
    assert study is not None
    return study


WRONG = {
    "GBK as Latin 1": ("ISO_IR 100", HAN.encode("gbk"), HAN),
    "GBK as nothing": (None, HAN.encode("gbk"), HAN),
    "GB18030 as UTF-8": ("ISO_IR 192", HAN.encode("gb18030"), HAN),
    "UTF-8 as Latin 1": ("ISO_IR 100", HAN.encode(), HAN),
    "UTF-8 as GB18030": ("GB18030", HAN.encode(), HAN),
    "ISO 2022 without escapes": ("\\ISO 2022 IR 58", HAN.encode("gb2312"), HAN),
    "cut inside a character": ("ISO_IR 192", b"LIN^Mei=" + "林".encode()[:2] + b" ", "LIN^Mei=\ufffd"),
    "of no use in any": ("ISO_IR 192", b"LIN^\xff\xfe\xfd1 ", "LIN^\ufffd\ufffd\ufffd1"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_name_in_a_wrong_set_is_read_with_care_and_opens(case: str) -> None:
    declared, raw, read = WRONG[case]
    study = named(declared, raw + b" " * (len(raw) % 2))
    assert study.patient_name == read
    said = boot(people.radiologist(), study)["studies"][0]
    assert (said["name"], said["nameGuessed"]) == (None, read)


def test_a_search_for_all_that_is_kept_of_a_guessed_name_is_answered() -> None:
    named("ISO_IR 192", HAN.encode("gb18030") + b" ")
    web = Web(people.radiologist())
    found = web.json("/studies?includefield=all")[0]
    assert (found["00100010"]["Value"][0]["Alphabetic"], found["00111001"]["Value"]) == (HAN, ["GUESSED"])
    assert web.get("/studies?includefield=all", 'multipart/related; type="application/dicom+xml"').status_code == 200


RIGHT = {
    "ASCII": (None, b"LIN^Mei-Hua "), "UTF-8": ("ISO_IR 192", HAN.encode()), "Latin 1": ("ISO_IR 100", "Müller^Jürg".encode("latin_1")),
    "GB18030": ("GB18030", HAN.encode("gb18030")), "Japanese": ("\\ISO 2022 IR 87", b"Y^T=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B "),
}  # fmt: skip


@pytest.mark.parametrize("case", RIGHT)
def test_a_name_in_its_own_set_is_no_guess(case: str) -> None:
    declared, raw = RIGHT[case]
    study = named(declared, raw + b" " * (len(raw) % 2))
    assert boot(people.radiologist(), study)["studies"][0]["nameGuessed"] == ""


@pytest.mark.parametrize(
    ("raw", "agrees"),
    [(HAN.encode("gbk"), True), (b"LIN^Mei-Hua ", True), (b"LIN^\xff\xfe\xfd1 ", False), ("王^芳".encode("gbk"), False)],
)
def test_the_registered_name_goes_along_with_whether_the_sent_one_agrees(raw: bytes, agrees: bool) -> None:
    exam = pictures.exam_of(people.lin_mei_hua())
    study = named("ISO_IR 100", raw + b" " * (len(raw) % 2), **pictures.matching(exam) | {"PatientName": "Z" * (len(raw) + len(raw) % 2)})
    Study.objects.filter(pk=study.pk).update(exam=exam, matched_patient=exam.patient)
    said = boot(people.radiologist(), study)["studies"][0]["name"]
    assert said["registered"] == {"Alphabetic": "LIN^Mei-Hua", "Ideographic": exam.patient.name_ideographic}
    assert (said["sent"], said["agrees"]) == (study.patient_name, agrees)


def test_of_a_patient_without_a_name_nothing_is_said() -> None:
    patient = people.lin_mei_hua()
    patient.is_unidentified = True
    patient.save()
    study = pictures.stack_for(pictures.exam_of(patient), 1)
    assert boot(people.radiologist(), study)["studies"][0]["name"] is None


@pytest.mark.parametrize("address", ["/viewer/{study}/", "/viewer/{study}/light/", "/exams/{number}/light/", "/hangings/"])
def test_no_text_of_a_picture_or_a_person_is_markup(address: str) -> None:
    exam, reader = pictures.exam_of(people.lin_mei_hua()), people.radiologist()
    texts = dict.fromkeys(("SeriesDescription", "StudyDescription", "StationName", "ProtocolName"), HOSTILE)
    study = pictures.stack_for(exam, 1, **texts, PatientComments=HOSTILE * 200)
    hanging_add(user=reader, name=HOSTILE, rule=rule_read(rule_for_chest()))
    client = Client()
    client.force_login(reader)
    answer = client.get(address.format(study=study.study_instance_uid, number=exam.accession_number), follow=True)
    assert answer.status_code == 200
    assert "1b" in answer.content.decode()  # it is there
    assert "<img src=x" not in answer.content.decode()
    assert "</script><img" not in answer.content.decode()


def test_marks_that_turn_the_direction_of_text_are_no_part_of_it() -> None:
    assert decode_text("LIN\u202e^\u2067Mei\u2069".encode(), ("ISO_IR 192",)) == "LIN^Mei"
    assert decode_text("שלום\u200f".encode(), ("ISO_IR 192",)) == "שלום\u200f"
