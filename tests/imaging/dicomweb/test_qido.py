"""QIDO-RS: what is found, by whom, and how it is written down. Not covered: what a search costs in a large archive (`make bench`)."""

from typing import Any

import pytest
from pydicom.dataset import Dataset

from imaging.access.models import AuditEvent
from imaging.archive.search.query_keys import STUDY_KEYS
from tests import people
from tests.imaging import pictures
from tests.imaging.dicomweb.clients import Web

pytestmark = pytest.mark.django_db


def web() -> Web:
    return Web(people.radiologist())


def found(query: str, tag: str = "00100020") -> list[Any]:
    return [row[tag]["Value"][0] for row in web().json(f"/studies?{query}")]


def three_studies() -> None:
    pictures.stack(1, PatientID="A1", PatientName="LIN^Mei-Hua=林^美华", StudyDate="20260301", AccessionNumber="ACC1")
    pictures.stack(1, PatientID="A2", PatientName="SMITH^John", StudyDate="20260415", StudyTime="235959", Modality="MR")
    pictures.stack(2, PatientID="B1", PatientName="SMYTHE^Ann", StudyDate="20260501", StudyTime="080000")


def test_every_attribute_of_a_study_is_there_and_typed() -> None:
    pictures.stack(2, AccessionNumber=None, StudyTime=None)
    [study] = web().json("/studies")
    assert {key.tag for key in STUDY_KEYS} <= study.keys()
    assert study["00080030"] == {"vr": "TM"}
    assert study["00080050"] == {"vr": "SH"}
    assert study["00201206"] == {"vr": "IS", "Value": [1]}
    assert study["00201208"] == {"vr": "IS", "Value": [2]}
    assert study["00080061"] == {"vr": "CS", "Value": ["CT"]}
    assert study["00100010"]["Value"] == [{"Alphabetic": "LIN^Mei-Hua", "Ideographic": "林^美华"}]
    assert study["00081190"]["Value"][0].endswith(f"/dicomweb/studies/{study['0020000D']['Value'][0]}")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"A1", "A2", "B1"}),
        ("PatientID=A1", {"A1"}),
        ("00100020=A1", {"A1"}),
        ("PatientID=A*", {"A1", "A2"}),
        ("PatientID=?1", {"A1", "B1"}),
        ("PatientName=sm*", {"A2", "B1"}),
        ("PatientName=林*", {"A1"}),
        ("PatientName=SMITH^John", {"A2"}),
        ("PatientName=SMITH", set()),
        ("PatientName=john%20smi&fuzzymatching=true", {"A2"}),
        ("StudyDate=20260301", {"A1"}),
        ("StudyDate=20260401-", {"A2", "B1"}),
        ("StudyDate=20260301-20260430", {"A1", "A2"}),
        ("StudyTime=2359-", {"A2"}),
        ("ModalitiesInStudy=MR", {"A2"}),
        ("ModalitiesInStudy=M*", {"A2"}),
        ("AccessionNumber=ACC1", {"A1"}),
        ("AccessionNumber=", {"A1", "A2", "B1"}),
        ("PatientID=A1&StudyDate=20260415", set()),
    ],
)
def test_matching(query: str, expected: set[str]) -> None:
    three_studies()
    answer = web().get(f"/studies?{query}", "application/dicom+json")
    assert answer.status_code == (200 if expected else 204)
    assert {row["00100020"]["Value"][0] for row in answer.json()} == expected if expected else answer.content == b""


def test_a_list_of_uids() -> None:
    first, second = pictures.stack(1), pictures.stack(1)
    pictures.stack(1)
    for separator in (",", "%5C"):
        uids = found(f"StudyInstanceUID={first.study_instance_uid}{separator}{second.study_instance_uid}", "0020000D")
        assert set(uids) == {first.study_instance_uid, second.study_instance_uid}


@pytest.mark.parametrize(
    "query",
    [
        "StudyDate=yesterday",
        "StudyInstanceUID=abc",
        "limit=-1",
        "limit=x",
        "offset=1e9",
        "Nonsense=1",
        "fuzzymatching=maybe",
        "Modality=CT",
        "SeriesNumber=1",
    ],
)
def test_a_search_that_cannot_be_read_says_which_word(query: str) -> None:
    answer = web().get(f"/studies?{query}")
    assert (answer.status_code, answer.json()["field"]) == (400, query.split("=", maxsplit=1)[0])


def test_paging_meets_every_row_once_and_says_that_there_are_more() -> None:
    for _number in range(5):
        pictures.stack(1)
    pages = [web().get(f"/studies?limit=2&offset={offset}") for offset in (0, 2, 4)]
    uids = [row["0020000D"]["Value"][0] for page in pages for row in page.json()]
    assert (len(uids), len(set(uids))) == (5, 5)
    assert ["Warning" in page for page in pages] == [True, True, False]


def test_series_and_instances_below_their_parents() -> None:
    study = pictures.stack(2, SeriesInstanceUID="1.2.3.1", BodyPartExamined="CHEST")
    pictures.stack(1, StudyInstanceUID=study.study_instance_uid, SeriesInstanceUID="1.2.3.2", SeriesNumber=7)
    series = web().json(f"/studies/{study.study_instance_uid}/series")
    assert [row["00201209"]["Value"] for row in series] == [[2], [1]]
    assert (series[0]["00180015"]["Value"], "00100010" in series[0]) == (["CHEST"], False)
    assert web().json(f"/studies/{study.study_instance_uid}/series?SeriesNumber=7")[0]["0020000E"]["Value"] == ["1.2.3.2"]
    instances = web().json(f"/studies/{study.study_instance_uid}/series/1.2.3.1/instances")
    assert [row["00200013"]["Value"] for row in instances] == [[1], [2]]
    assert instances[0]["00280010"] == {"vr": "US", "Value": [pictures.SIDE]}
    everywhere = web().json(f"/instances?PatientID={study.patient_id}&Modality=CT")
    assert len(everywhere) == 3
    assert "00100010" in everywhere[0]


def test_includefield_adds_what_is_kept() -> None:
    study = pictures.stack(1, ManufacturerModelName="Scanner 7", PatientAge="058Y")
    assert web().json("/studies?includefield=PatientAge")[0]["00101010"]["Value"] == ["058Y"]
    assert "00101010" in web().json("/studies?includefield=all")[0]
    address = f"/studies/{study.study_instance_uid}/instances"
    assert "00280030" not in web().json(address)[0]
    assert web().json(f"{address}?includefield=00280030")[0]["00280030"]["Value"] == [1, 1]


def test_includefield_goes_into_sequences() -> None:
    item = Dataset()
    item.ScheduledProcedureStepID, item.RequestedProcedureID = "S1", "R1"
    study = pictures.stack(1, RequestAttributesSequence=[item])
    address = f"/studies/{study.study_instance_uid}/series"
    assert web().json(address)[0]["00400275"]["Value"][0]["00401001"]["Value"] == ["R1"]
    [narrowed] = web().json(f"{address}?includefield=RequestAttributesSequence.ScheduledProcedureStepID")[0]["00400275"]["Value"]
    assert narrowed == {"00400009": {"vr": "SH", "Value": ["S1"]}}
    assert web().json(f"/studies/{study.study_instance_uid}/instances?includefield=00081140.00081155")[0]["00081140"] == {"vr": "SQ"}


def test_what_the_standard_wants_is_there_without_being_asked_for() -> None:
    study = pictures.stack(1, TimezoneOffsetFromUTC="+0800")
    [series] = web().json(f"/studies/{study.study_instance_uid}/series")
    assert (series["00400244"], series["00400275"], series["00080201"]["Value"]) == ({"vr": "DA"}, {"vr": "SQ"}, ["+0800"])
    [instance] = web().json(f"/studies/{study.study_instance_uid}/instances")
    assert instance["00280100"] == {"vr": "US", "Value": [16]}
    assert web().json("/studies")[0]["00080201"] == {"vr": "SH", "Value": ["+0800"]}


def test_an_attribute_that_is_no_key_is_left_out_of_the_search_and_named() -> None:
    pictures.stack(1)
    answer = web().get("/studies?PatientComments=x&00400275.00400009=y")
    assert len(answer.json()) == 1
    assert "Not searched for: PatientComments 00400275.00400009" in answer["Warning"]


def test_what_arrives_between_two_pages_does_not_move_them() -> None:
    for _number in range(4):
        pictures.stack(1)
    first = found("limit=2&PatientID=0*", "0020000D")
    pictures.stack(1)
    second = found("limit=2&offset=2&PatientID=0*", "0020000D")
    assert len({*first, *second}) == 4
    assert len(found("PatientID=0*", "0020000D")) == 5


def test_paging_by_name_holds_still_as_well() -> None:
    for _number in range(3):
        pictures.stack(1)
    first = found("limit=1&PatientName=LIN*", "0020000D")
    pictures.stack(1)
    assert not set(first) & set(found("limit=9&offset=1&PatientName=LIN*", "0020000D"))


def test_pages_of_the_series_of_a_study_hold_still_though_their_numbers_order_them() -> None:
    study = pictures.stack(1, SeriesInstanceUID="1.2.3.1", SeriesNumber=2)
    for number in (3, 4):
        pictures.stack(1, StudyInstanceUID=study.study_instance_uid, SeriesInstanceUID=f"1.2.3.{number}", SeriesNumber=number)
    place = f"/studies/{study.study_instance_uid}/series"
    first = [row["0020000E"]["Value"][0] for row in web().json(f"{place}?limit=2")]
    pictures.stack(1, StudyInstanceUID=study.study_instance_uid, SeriesInstanceUID="1.2.3.9", SeriesNumber=1)
    second = [row["0020000E"]["Value"][0] for row in web().json(f"{place}?limit=2&offset=2")]
    assert (first, second) == (["1.2.3.1", "1.2.3.3"], ["1.2.3.4"])


def test_a_search_is_recorded_once_in_a_while() -> None:
    pictures.stack(1)
    for _ in range(2):
        web().json("/studies?PatientID=00482913")
    row = AuditEvent.objects.get(act="images.find")
    assert (row.door, row.user, row.detail["query"]) == ("dicomweb", people.radiologist(), "PatientID=00482913")


@pytest.mark.parametrize(
    "query",
    [
        "PatientID=1&00100020=2",
        "patientname=a&PatientName=b",
        "fuzzymatching=true&PatientName=" + "+".join(f"a{number}" for number in range(300)),
    ],
)
def test_a_search_that_no_database_should_be_asked_is_refused(query: str) -> None:
    web().json(f"/studies?{query}", status=400)


def test_protected_patients_are_neither_found_nor_counted() -> None:
    exam = pictures.exam_of(people.the_mayor())
    pictures.stack_for(exam, 1)
    other = pictures.stack(1)
    for path in ("/studies", "/series", "/instances"):
        assert [row["0020000D"]["Value"][0] for row in web().json(path)] == [other.study_instance_uid]
    web().json("/studies?PatientID=00900001", status=204)
    exam.reader = people.radiologist()
    exam.save()
    assert len(web().json("/studies")) == 2


def test_a_clinician_finds_only_those_they_referred() -> None:
    mine = pictures.exam_of(people.lin_mei_hua(), order={"referrer": people.clinician()})
    pictures.stack_for(mine, 1)
    pictures.stack_for(pictures.exam_of(people.john_smith(), "CT26112200002"), 1)
    [row] = Web(people.clinician()).json("/studies")
    assert row["0020000D"]["Value"] == [mine.study_instance_uid]
