"""What a scanner is sent, what it asked and saw, and why.

Not covered: how the pages look (tests/e2e/test_every_page.py), and what a real scanner makes of the bytes.
"""

import pytest
from django.conf import LazySettings
from django.test import Client
from pydicom.dataset import Dataset
from pynetdicom import AE, build_context
from pynetdicom.sop_class import ModalityWorklistInformationFind

from imaging.access.models import AuditEvent
from imaging.common.pinyin import name_search_words, romanised, romanised_name
from imaging.dimse.models import RemoteNode, WorklistQuery
from imaging.dimse.server import DicomServer
from imaging.dimse.worklist_explain import asked_lately, obstacles
from imaging.dimse.worklist_log import worklist_log_clean
from imaging.orders.models import Exam
from imaging.orders.services import exam_cancel
from imaging.patients.models import Patient
from imaging.patients.words import patient_index
from imaging.scheduling.models import Station
from imaging.scheduling.services import order_place
from tests import people
from tests.imaging.orders.test_services import head
from tests.interop.dicom_server import dialled, dicom  # noqa: F401  a fixture
from tests.interop.test_worklist import ask, query

pytestmark = pytest.mark.django_db


@pytest.fixture
def exam(dicom: DicomServer) -> Exam:  # noqa: F811
    people.ct1()
    return order_place(patient=people.lin_mei_hua(), items=[head()]).exams.get()


@pytest.fixture
def admin(exam: Exam) -> Client:
    client = Client()
    client.force_login(people.pacs_admin())
    return client


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("林美华", "Lin^Meihua"),
        ("欧阳娜娜", "Ouyang^Nana"),
        ("单^田芳", "Shan^Tianfang"),
        ("吕布", "Lyu^Bu"),
        ("Müller^Jürgen", "Muller^Jurgen"),
    ],
)
def test_a_name_in_latin_letters(text: str, name: str) -> None:
    assert romanised_name(text) == name


def test_other_text_in_latin_letters() -> None:
    assert romanised("头颅CT平扫") == "tou lu CT ping sao"
    assert romanised("café, Ø") == "cafe, ?"


def test_the_words_of_a_name() -> None:
    words = set(name_search_words("LIN^Mei-Hua=林美华"))
    assert {"lin", "mei", "hua", "mei-hua", "linmeihua", "lmh", "林美华"} <= words


@pytest.mark.parametrize(
    ("profile", "raw"),
    [
        ({"is_latin_only": True, "is_upper_case": True}, b"LIN^MEI-HUA"),
        ({"sends_ideographic": False, "name_length": 6}, b"LIN^Me"),
        ({"sends_alphabetic": False, "character_set": "GB18030"}, b"=" + "林美华".encode("gb18030")),
        ({"sends_alphabetic": False, "sends_ideographic": False}, b"LIN^Mei-Hua"),
    ],
)
def test_a_name_as_the_scanner_can_show_it(dicom: DicomServer, exam: Exam, profile: dict[str, object], raw: bytes) -> None:  # noqa: F811
    Station.objects.update(**profile)
    (found,) = ask(dicom, query())
    assert found.PatientName.original_string.rstrip() == raw


def test_a_scanner_that_shows_latin_letters_only_is_sent_nothing_else(dicom: DicomServer, exam: Exam) -> None:  # noqa: F811
    Patient.objects.update(name="欧阳娜娜", name_ideographic="", allergies="青霉素")
    exam.patient.refresh_from_db()
    patient_index(exam.patient)
    Station.objects.update(is_latin_only=True, character_set="ISO_IR 100")
    ds = query()
    ds.Allergies = ""
    (found,) = ask(dicom, ds)
    assert (found.SpecificCharacterSet, str(found.PatientName), found.Allergies) == ("ISO_IR 100", "Ouyang^Nana", "qing mei su")
    ds.PatientName = "欧阳*"
    ds.SpecificCharacterSet = "ISO_IR 192"
    assert len(ask(dicom, ds)) == 1


def test_the_same_question_with_the_same_answer_is_one_row(dicom: DicomServer, exam: Exam) -> None:  # noqa: F811
    for _ in range(3):
        ask(dicom, query(ScheduledStationAETitle="CT1"))
    row = WorklistQuery.objects.get()
    assert (row.ae_title, row.found, row.status) == ("CT1", 1, 0)
    assert row.shown == [exam.steps.get().scheduled_procedure_step_id]
    assert ("ScheduledStationAETitle", "CT1") in row.asked
    exam_cancel(exam=exam, reason="not needed")
    ask(dicom, query(ScheduledStationAETitle="CT1"))
    assert [row.found for row in WorklistQuery.objects.order_by("pk")] == [1, 0]


def test_the_log_is_bounded(dicom: DicomServer, exam: Exam) -> None:  # noqa: F811
    ask(dicom, query())
    assert worklist_log_clean() == 0
    WorklistQuery.objects.update(last_asked_at="2020-01-01T00:00:00Z")
    assert worklist_log_clean() == 1


def test_it_says_which_key_kept_an_exam_from_a_scanner(dicom: DicomServer, exam: Exam) -> None:  # noqa: F811
    station = Station.objects.get(ae_title="CT1")
    for keys, word in (
        ({"ScheduledStationAETitle": "MR1"}, "MR1"),
        ({"Modality": "MR"}, "Modality"),
        ({"ScheduledProcedureStepStartDate": "19990101"}, "another day"),
    ):
        ask(dicom, query(**keys))
        newest = asked_lately(exam, station)[0]
        assert not newest.is_shown
        assert any(word in text for text in newest.why), newest.why
    ask(dicom, query())
    assert asked_lately(exam, station)[0].is_shown
    assert obstacles(exam, station) == []


def test_it_says_what_keeps_an_exam_from_every_scanner(dicom: DicomServer, exam: Exam) -> None:  # noqa: F811
    station = Station.objects.get(ae_title="CT1")
    RemoteNode.objects.create(ae_title="CT1", host="192.0.2.1", may_worklist=False)
    exam_cancel(exam=exam, reason="not needed")
    rights, state = obstacles(exam, station)
    assert "may not ask for a worklist" in rights
    assert "Cancelled" in state
    exam.steps.all().delete()
    assert "not booked" in obstacles(exam, station)[-1]


def test_the_pages_of_a_scanner(admin: Client, dicom: DicomServer, exam: Exam) -> None:  # noqa: F811
    station = Station.objects.get(ae_title="CT1")
    ask(dicom, query(ScheduledStationAETitle="CT1"))
    assert "CT1" in admin.get("/nodes/scanners/").content.decode()
    page = admin.get(f"/nodes/scanners/{station.pk}/").content.decode()
    assert "ScheduledStationAETitle" in page
    fields = {"character_set": "GB18030", "sends_alphabetic": "on", "sends_ideographic": "on", "name_length": "64"}
    assert admin.post(f"/nodes/scanners/{station.pk}/", fields).status_code == 302
    station.refresh_from_db()
    assert (station.character_set, station.sends_phonetic) == ("GB18030", False)
    assert AuditEvent.objects.filter(act="scanner.profile").count() == 1
    shown = admin.get(f"/nodes/scanners/{station.pk}/?accession={exam.accession_number}", follow=True).content.decode()
    assert "林美华".encode("gb18030").hex(" ") in shown
    assert "is-danger" not in shown
    assert AuditEvent.objects.filter(act="exam.view", accession_number=exam.accession_number).exists()


def test_a_profile_that_sends_no_name_is_refused(admin: Client) -> None:
    station = Station.objects.get(ae_title="CT1")
    answer = admin.post(f"/nodes/scanners/{station.pk}/", {"character_set": "GB18030", "name_length": "64"})
    assert answer.status_code == 422
    assert "At least one group" in answer.content.decode()


def test_the_preview_tells_no_name_of_a_protected_patient(admin: Client, exam: Exam) -> None:
    Patient.objects.update(is_protected=True)
    station = Station.objects.get(ae_title="CT1")
    page = admin.get(f"/nodes/scanners/{station.pk}/{exam.accession_number}/").content.decode()
    assert "林美华" not in page
    assert "Mei-Hua" not in page


def test_the_pages_do_not_tell_whom_else_a_scanner_asked_for(admin: Client, dicom: DicomServer, exam: Exam) -> None:  # noqa: F811
    station, ds = Station.objects.get(ae_title="CT1"), query()
    ds.PatientName, ds.PatientID = "MAYOR*", "VIP-1"
    ask(dicom, ds)
    for address in (f"/nodes/scanners/{station.pk}/", f"/nodes/scanners/{station.pk}/{exam.accession_number}/"):
        page = admin.get(address).content.decode()
        assert "PatientName" in page
        assert "MAYOR" not in page
        assert "VIP-1" not in page


def test_what_a_query_may_not_hold_is_named(dicom: DicomServer, exam: Exam) -> None:  # noqa: F811
    ae = AE("CT1")
    ae.add_requested_context(ModalityWorklistInformationFind)
    assoc = dialled(ae, dicom.port)
    ds = query()
    ds.ScheduledProcedureStepSequence[0].add_new(0x00400002, "DA", "")
    ds.ScheduledProcedureStepSequence[0]["ScheduledProcedureStepStartDate"]._value = "TODAY"
    (answer, _identifier), *_rest = list(assoc.send_c_find(ds, ModalityWorklistInformationFind))
    assoc.release()
    assert answer.Status == 0xA900
    assert answer.OffendingElement == 0x00400002
    assert "ScheduledProcedureStepStartDate" in answer.ErrorComment


def test_a_key_that_no_item_has_does_not_hide_the_list(dicom: DicomServer, exam: Exam) -> None:  # noqa: F811
    ae = AE("CT1")
    ae.requested_contexts = [build_context(ModalityWorklistInformationFind)]
    assoc = dialled(ae, dicom.port)
    ds = query()
    ds.PatientComments = "anything"
    statuses = [answer.Status for answer, _identifier in assoc.send_c_find(ds, ModalityWorklistInformationFind)]
    assoc.release()
    assert statuses == [0xFF01, 0x0000]


def test_a_query_over_everything_is_refused_before_it_costs(dicom: DicomServer, exam: Exam, settings: LazySettings) -> None:  # noqa: F811
    settings.WORKLIST_LOOK_LIMIT = 0
    ae = AE("CT1")
    ae.add_requested_context(ModalityWorklistInformationFind)
    assoc = dialled(ae, dicom.port)
    ds = Dataset()
    ds.PatientName = "*Hua"
    ((answer, _identifier),) = list(assoc.send_c_find(ds, ModalityWorklistInformationFind))
    assoc.release()
    assert answer.Status == 0xA700
    assert "name one station or day" in answer.ErrorComment
