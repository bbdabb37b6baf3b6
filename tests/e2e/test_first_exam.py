"""The whole story of one exam against the whole running system: a HIS that orders (python-hl7), a scanner (DCMTK), a technologist and a
radiologist in the browser, the result and the charge at the HIS, and the manager who sees it.

Not covered here: what goes wrong on the way; each step's own tests do.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pydicom
import pytest
from playwright.sync_api import Browser, Page, expect
from pydicom.data import get_testdata_file
from pydicom.uid import generate_uid

from tests import his
from tests.interop.dicom_server import dcmtk
from tests.system import System, running_system

pytestmark = [pytest.mark.e2e, pytest.mark.system, pytest.mark.timeout(300)]
PATIENT = "PID|1||70000001^^^HOSPITAL^MR||LIN^Mei-Hua^^^^^L^A~林^美华^^^^^L^I||19680412|F"
VISIT = "PV1|1|O|||||||||||||||||V70000001^^^HOSPITAL"
SLICES = 6


@dataclass(frozen=True)
class Hospital:
    system: System
    his: his.Listener


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    with running_system(tmp_path_factory.mktemp("lightbox")) as system, his.listening(system.his_port) as listener:
        yield Hospital(system, listener)


def header(kind: str, number: str) -> str:
    return f"MSH|^~\\&|HIS|HOSPITAL|LIGHTBOX|RADIOLOGY|20261123101500||{kind}|{number}|P|2.3.1||||||UNICODE UTF-8"


def worklist_entry(system: System) -> dict[str, str]:
    """What the scanner CT1 is told, by findscu."""
    keys = (
        "AccessionNumber",
        "StudyInstanceUID",
        "PatientName",
        "PatientID",
        "ScheduledProcedureStepSequence[0].ScheduledStationAETitle=CT1",
    )
    asked = [word for key in keys for word in ("-k", key)]
    told = dcmtk("findscu", "-v", "-W", "-aet", "CT1", "-aec", "LIGHTBOX", *asked, "127.0.0.1", str(system.dicom_port))
    found = {name: value.strip("\0 ") for value, name in re.findall(r"\[([^\]]*)\][^\n]*?\d+, 1 (\w+)", told)}
    assert found, f"{told}\n{system.log()[-4000:]}"
    return found


def slices(folder: Path, entry: dict[str, str]) -> Path:
    """A small CT series for the worklist entry."""
    series = generate_uid()
    for number in range(1, SLICES + 1):
        image = pydicom.dcmread(get_testdata_file("CT_small.dcm"))
        image.update({"PatientID": entry["PatientID"], "PatientName": "LIN^Mei-Hua", "PatientBirthDate": "19680412", "PatientSex": "F"})
        image.StudyInstanceUID, image.SeriesInstanceUID = entry["StudyInstanceUID"], series
        image.AccessionNumber = entry["AccessionNumber"]
        image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = generate_uid()
        image.InstanceNumber, image.ImagePositionPatient[2] = number, -5.0 * number
        image.save_as(folder / f"{number}.dcm")
    return folder


def signed_in(browser: Browser, system: System, username: str) -> Page:
    page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
    page.goto(f"{system.url}/login/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", "lightbox-demo")
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login/" not in url)
    return page


def perform(page: Page, hospital: Hospital, accession: str, images: Path) -> None:
    """The technologist takes the patient in, the scanner sends, the technologist ends the exam."""
    page.get_by_role("row").filter(has_text=accession).click()
    side = page.locator("#side")
    side.get_by_role("button", name="Arrived").click()
    side.get_by_role("button", name="Start").click()
    expect(side.get_by_text("In progress").first).to_be_visible()
    dcmtk("storescu", "-aet", "CT1", "-aec", "LIGHTBOX", "+sd", "127.0.0.1", str(hospital.system.dicom_port), str(images))
    side.get_by_role("button", name="End exam").click()
    expect(side.get_by_text("Completed").first).to_be_visible()


def read_and_sign(page: Page) -> None:
    """The radiologist opens the exam from the list, sees every image, writes and signs."""
    page.get_by_role("row").filter(has_text="LIN, Mei-Hua").first.press("Enter")
    page.wait_for_url("**/viewer/**")
    expect(page.locator("html")).to_have_attribute("data-viewer", "complete", timeout=30_000)
    page.locator("#section-findings").fill("No haemorrhage, no mass, no fracture.")
    page.locator("#section-impression").fill("Normal CT of the head.")
    page.get_by_role("button", name="Sign", exact=False).first.click()
    page.locator("#sign-password").fill("lightbox-demo")
    page.get_by_role("button", name="Sign, stay").click()
    expect(page.locator("[data-report-panel]")).to_have_attribute("data-mode", "signed")


def test_an_exam_travels_from_the_order_to_the_manager_s_dashboard(hospital: Hospital, browser: Browser, tmp_path: Path) -> None:
    system = hospital.system
    dcmtk("echoscu", "-aec", "LIGHTBOX", "127.0.0.1", str(system.dicom_port))

    admitted = his.send(system.hl7_port, f"{header('ADT^A04', 'A1')}\n{PATIENT}\n{VISIT}")
    order = f"{header('ORM^O01', 'O1')}\n{PATIENT}\n{VISIT}\nORC|NW|P7001||||||||||C001^CHEN^Wei\nOBR|1|P7001||CT-HEAD^CT head"
    ordered = his.send(system.hl7_port, order)
    assert (str(admitted["MSA"][0][1]), str(ordered["MSA"][0][1])) == ("AA", "AA")

    entry = worklist_entry(system)
    assert entry["PatientName"].startswith("LIN^Mei-Hua")
    technologist = signed_in(browser, system, "technologist")
    perform(technologist, hospital, entry["AccessionNumber"], slices(tmp_path, entry))

    read_and_sign(signed_in(browser, system, "radiologist"))

    result = hospital.his.until_got("ORU^R01")[0]
    assert "Normal CT of the head." in str(result)
    assert str(result["OBR"][0][25]) == "F"
    charge = hospital.his.until_got("DFT^P03")[0]
    assert "240.00" in str(charge)
    assert len(hospital.his.until_got("ORM^O01", 3)) >= 3

    manager = signed_in(browser, system, "manager")
    manager.goto(f"{system.url}/dashboard/")
    expect(manager.get_by_text("240").first).to_be_visible()

    technologist.goto(f"{system.url}/exams/{entry['AccessionNumber']}/")
    for line in ("Ordered: CT head plain", "Exam started", "First images stored", "Report signed", "ORU^R01 acknowledged"):
        expect(technologist.get_by_text(line).first).to_be_visible()
