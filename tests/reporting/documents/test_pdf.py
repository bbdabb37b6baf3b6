"""Reports on paper, read back with poppler. Not covered: whether a printer keeps the margins; PDF/A conformance."""

import subprocess
import uuid
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client

from imaging.access.models import AuditEvent, User
from imaging.archive.corrections.reasons import QUALITY
from imaging.archive.corrections.reject import images_reject
from imaging.archive.intake.ingest import instance_ingest
from imaging.archive.models import Instance, Study
from imaging.common.dicom import uid_new
from imaging.orders.models import Exam
from imaging.patients.models import Patient
from imaging.viewer.models import Annotation
from imaging.viewer.services import key_image_add, key_image_remove, key_image_update
from reporting.documents.services import report_pdf
from reporting.reports.models import Report
from reporting.reports.services import addendum_write, report_addend, report_sign
from tests import people
from tests.imaging import pictures
from tests.imaging.archive.objects import as_file, ct_slice
from tests.reporting import stories

pytestmark = pytest.mark.django_db


def text_of(pdf: bytes, tmp_path: Path) -> str:
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf)
    return subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True, text=True).stdout


def pages_of(pdf: bytes, tmp_path: Path) -> list[str]:
    return text_of(pdf, tmp_path).rstrip("\f").split("\f")


def signed(exam: Exam, **texts: str) -> Report:
    radiologist = people.radiologist()
    report = stories.written(exam, radiologist, **texts)
    report_sign(report=report, user=radiologist, password=people.PASSWORD)
    return report


@pytest.fixture
def report() -> Report:
    return signed(stories.finished_exam())


def read(user: User, exam: Exam, query: str = "") -> object:
    client = Client()
    client.force_login(user)
    return client.get(f"/reports/{exam.accession_number}/pdf/{query}")


def test_a_final_report_says_who_what_when_and_can_be_checked(report: Report, tmp_path: Path) -> None:
    version = report.versions.get()
    text = text_of(report_pdf(version=version, language="en"), tmp_path)
    for wanted in ("LIN, Mei-Hua", "林美华", "00482913", "12 Apr 1968", report.exam.accession_number, stories.FINDINGS, stories.IMPRESSION):
        assert wanted in text
    assert people.radiologist().label in text
    assert version.check_code in text
    assert "PRELIMINARY" not in text


def test_the_heads_are_in_the_language_asked_for_and_the_text_as_written(report: Report, tmp_path: Path) -> None:
    text = text_of(report_pdf(version=report.versions.get(), language="zh-hans"), tmp_path)
    assert "1968-04-12" in text
    assert django_settings.HOSPITAL_NAME_ZH in text
    assert text.index("林美华") < text.index("LIN, Mei-Hua")
    assert stories.FINDINGS in text


def test_a_preliminary_report_says_so_on_every_page_with_the_patient(tmp_path: Path) -> None:
    exam = stories.finished_exam()
    resident = people.resident()
    report = stories.written(exam, resident, findings="Line of findings.\n" * 120)
    stories.report_submit(report=report, user=resident)
    pages = pages_of(report_pdf(version=report.versions.get(), language="en"), tmp_path)
    assert len(pages) > 2
    for number, page in enumerate(pages, start=1):
        assert "PRELIMINARY" in page
        assert "未审核" in page
        assert "00482913" in page
        assert f"{number}/{len(pages)}" in page.replace(" / ", "/")


def test_a_preliminary_report_in_chinese_says_each_thing_once(tmp_path: Path) -> None:
    report = stories.preliminary(stories.finished_exam(), people.resident())
    text = text_of(report_pdf(version=report.versions.get(), language="zh-hans"), tmp_path)
    assert "未审核 · 未审核" not in text


def test_chinese_text_and_rare_characters_are_on_paper(tmp_path: Path) -> None:
    report = signed(stories.finished_exam(), findings="颅内未见出血征象。𠮷", impression="未见异常。")
    assert "颅内未见出血征象。𠮷" in text_of(report_pdf(version=report.versions.get()), tmp_path)


def test_rare_characters_of_names_are_drawn_and_not_boxes(tmp_path: Path) -> None:
    drawn_by = subprocess.run(["fc-list", ":charset=20bb7 3400 4dae", "family"], capture_output=True, check=True, text=True).stdout
    if "BabelStone Han" not in drawn_by:
        pytest.skip("fonts-babelstone-han is not installed")
    report = signed(stories.finished_exam(), findings="㐀䶮𠮷")
    (tmp_path / "report.pdf").write_bytes(report_pdf(version=report.versions.get()))
    fonts = subprocess.run(["pdffonts", str(tmp_path / "report.pdf")], capture_output=True, check=True, text=True).stdout
    assert "BabelStone" in fonts


def test_an_addendum_stands_under_the_signed_text_and_the_older_version_says_it_is_replaced(report: Report, tmp_path: Path) -> None:
    radiologist = people.radiologist()
    addendum_write(report=Report.objects.get(pk=report.pk), user=radiologist, text="Compared with 2025: unchanged.")
    report_addend(report=report, user=radiologist, password=people.PASSWORD)
    first, second = report.versions.order_by("number")
    text = text_of(report_pdf(version=second, language="en"), tmp_path)
    assert text.index(stories.IMPRESSION) < text.index("Compared with 2025")
    assert "Replaced by version 2" in text_of(report_pdf(version=first, language="en"), tmp_path)


def test_a_patient_identified_later_is_printed_as_known_now_and_as_known_then(report: Report, tmp_path: Path) -> None:
    Patient.objects.filter(pk=report.exam.patient_id).update(name="LIN^Mei-Hui", number="00777777")
    version = report.versions.select_related("report__exam__patient").get()
    text = text_of(report_pdf(version=version, language="en"), tmp_path)
    assert "LIN, Mei-Hui" in text
    assert "00777777" in text
    assert "00482913" in text


def test_markup_and_addresses_in_the_text_are_text(tmp_path: Path) -> None:
    report = signed(stories.finished_exam(), findings='<img src="http://169.254.169.254/x"> <b>bold</b> url(file:///etc/passwd)')
    assert '<img src="http://169.254.169.254/x"> <b>bold</b>' in text_of(report_pdf(version=report.versions.get()), tmp_path)


def test_the_same_version_is_rendered_once(report: Report) -> None:
    first = report_pdf(version=report.versions.get(), language="en")
    kept = list((Path(django_settings.DATA_DIR) / "documents").rglob("*.pdf"))
    assert len(kept) == 1
    assert report_pdf(version=report.versions.get(), language="en") == first == kept[0].read_bytes()


def test_a_clinician_opens_the_pdf_of_their_own_patient_and_the_look_is_recorded(report: Report) -> None:
    answer = read(people.clinician(), report.exam)
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (200, "application/pdf", "no-store")
    assert answer.content.startswith(b"%PDF")
    assert AuditEvent.objects.filter(act="report.view", user=people.clinician()).exists()


def test_a_strangers_report_is_not_there(report: Report) -> None:
    assert read(people.staff("clinician", "other"), report.exam).status_code == 404


@pytest.mark.parametrize("person", [people.front_desk, people.cashier, people.manager, people.pacs_admin, people.auditor])
def test_roles_that_see_no_reports_are_refused(report: Report, person: object) -> None:
    assert read(person(), report.exam).status_code == 403


@pytest.mark.parametrize(("query", "status"), [("?version=x", 400), ("?version=²", 400), ("?version=9", 404), ("?language=fr", 400)])
def test_bad_input_says_so(report: Report, query: str, status: int) -> None:
    assert read(people.radiologist(), report.exam, query).status_code == status


def ct_stored(exam: Exam) -> Instance:
    """A CT slice of this exam in the archive."""
    uid = uid_new()
    pixels = bytes(range(256)) * 512
    slice_ = ct_slice(SOPInstanceUID=uid, StudyInstanceUID=exam.study_instance_uid, Rows=256, Columns=256, PixelData=pixels)
    instance_ingest(stream=as_file(slice_), source_ae_title="CT1", door="dicom")
    Study.objects.filter(study_instance_uid=exam.study_instance_uid).update(exam=exam, matched_patient=exam.patient)
    return Instance.objects.get(sop_instance_uid=uid)


def pictures_in(pdf: bytes, tmp_path: Path) -> int:
    (tmp_path / "pictures.pdf").write_bytes(pdf)
    listed = subprocess.run(["pdfimages", "-list", str(tmp_path / "pictures.pdf")], capture_output=True, check=True, text=True).stdout
    return len(listed.splitlines()) - 2


def test_key_images_are_printed_as_they_were_when_signed(tmp_path: Path) -> None:
    radiologist = people.radiologist()
    exam = stories.finished_exam()
    instance = ct_stored(exam)
    looks = [{"window_centre": 40.0, "window_width": 350.0}, {}, {}]
    kept = [key_image_add(user=radiologist, instance=instance, frame=1, look=look, caption=f"Lesion {at}") for at, look in enumerate(looks)]
    key_image_update(user=radiologist, key_image=kept[2], in_report=False)
    report = signed(exam)
    key_image_remove(user=radiologist, key_image=kept[1])
    version = report.versions.get()
    assert [image["caption"] for image in version.key_images] == ["Lesion 0", "Lesion 1"]
    pdf = report_pdf(version=version, language="en")
    assert pictures_in(pdf, tmp_path) == 2
    text = text_of(pdf, tmp_path)
    assert "Lesion 1" in text
    assert "Lesion 2" not in text
    assert "W 350 L 40" in text


def test_rejected_images_and_those_of_another_patient_by_now_are_held_back_from_the_paper_too(tmp_path: Path) -> None:
    exam = stories.finished_exam()
    instance = ct_stored(exam)
    key_image_add(user=people.radiologist(), instance=instance, frame=1, look={})
    version = signed(exam).versions.get()
    assert pictures_in(report_pdf(version=version, language="en"), tmp_path) == 1
    study = instance.series.study
    Study.objects.filter(pk=study.pk).update(matched_patient=people.the_mayor())
    held_back = report_pdf(version=version, language="en")
    assert (pictures_in(held_back, tmp_path), "given it to another patient" in " ".join(text_of(held_back, tmp_path).split())) == (0, True)
    Study.objects.filter(pk=study.pk).update(matched_patient=exam.patient)
    assert pictures_in(report_pdf(version=version, language="en"), tmp_path) == 1
    images_reject(study=Study.objects.get(pk=study.pk), instances=[instance], code=QUALITY, reason="", user=people.pacs_admin())
    assert "the archive has rejected it" in " ".join(text_of(report_pdf(version=version, language="en"), tmp_path).split())


def test_who_opens_the_paper_has_looked_at_its_pictures() -> None:
    exam = stories.finished_exam()
    key_image_add(user=people.radiologist(), instance=ct_stored(exam), frame=1, look={})
    signed(exam)
    client = Client()
    client.force_login(people.clinician())
    assert client.get(f"/reports/{exam.accession_number}/pdf/").status_code == 200
    assert AuditEvent.objects.filter(act="images.view", user=people.clinician(), door="page").exists()


def test_a_mark_that_cannot_be_drawn_takes_no_report_away(tmp_path: Path) -> None:
    """As it may have been kept before its points were bounded."""
    exam = stories.finished_exam()
    instance = ct_stored(exam)
    key_image_add(user=people.radiologist(), instance=instance, frame=1, look={})
    Annotation.objects.create(
        uid=uuid.uuid4(), study=instance.series.study, instance=instance, frame=1, tool="Length", author=people.radiologist(),
        points=[[1, 1], [2, 1e308]], values={"length": 12.0, "unit": "mm"}, data={}, view={},
    )  # fmt: skip
    pdf = report_pdf(version=signed(exam).versions.get(), language="en")
    assert (pictures_in(pdf, tmp_path), stories.IMPRESSION in text_of(pdf, tmp_path)) == (1, True)


def test_a_picture_that_cannot_be_drawn_is_said_and_drawn_once_it_can(tmp_path: Path) -> None:
    exam = stories.finished_exam()
    instance = ct_stored(exam)
    key_image_add(user=people.radiologist(), instance=instance, frame=1, look={})
    report = signed(exam)
    path = Path(django_settings.ARCHIVE_DIR) / instance.path
    content = path.read_bytes()
    path.write_bytes(b"")
    assert "cannot be drawn now" in text_of(report_pdf(version=report.versions.get(), language="en"), tmp_path)
    path.write_bytes(content)
    assert pictures_in(report_pdf(version=report.versions.get(), language="en"), tmp_path) == 1


def test_a_picture_that_lost_something_says_so_below_it(tmp_path: Path) -> None:
    exam = stories.finished_exam()
    study = pictures.stack_for(exam, 1, LossyImageCompression="01", LossyImageCompressionRatio=10)
    key_image_add(user=people.radiologist(), instance=study.series.get().instances.get(), frame=1, look={})
    report = stories.preliminary(exam, people.resident())
    for language, wanted in (("en", "Lossy 10:1"), ("zh-hans", "有损 10:1")):
        assert wanted in text_of(report_pdf(version=report.versions.get(), language=language), tmp_path)
