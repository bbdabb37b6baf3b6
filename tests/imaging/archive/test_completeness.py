"""Whether an exam's images are all here, by what the scanner says, what it was told, and whether it still sends.

Not covered: MPPS, storage commitment and associations on the wire (tests/interop/test_mpps.py, test_commitment.py, test_processes.py).
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from pydicom.uid import generate_uid
from pytest_django import DjangoAssertNumQueries, Settings

from imaging.archive.arrivals import arrivals_note
from imaging.archive.commitment import commitment_check, commitment_request
from imaging.archive.completeness import ImagesHere, ImagesState, images_here, images_of
from imaging.archive.completeness_words import images_say
from imaging.archive.models import Study
from imaging.dimse import commands
from imaging.dimse.models import DicomProcess
from imaging.orders.models import Exam
from imaging.scheduling.models import PerformedStep, ScheduledStep
from imaging.scheduling.mpps import ScheduledReference, mpps_create, mpps_set
from tests import people
from tests.imaging import pictures

pytestmark = pytest.mark.django_db
CT = "1.2.840.10008.5.1.4.1.1.2"
Told = dict[str, tuple[str, list[str]]]


@pytest.fixture
def exam() -> Exam:
    exam = pictures.exam_of(people.lin_mei_hua())
    station = people.ct1()
    ScheduledStep.objects.create(
        exam=exam, scheduled_procedure_step_id="S1", room=station.room, station=station, station_ae_title="CT1", modality="CT",
        starts_at=exam.completed_at, ends_at=exam.completed_at,
    )  # fmt: skip
    return exam


def begin(exam: Exam) -> str:
    uid = str(generate_uid())
    mpps_create(
        sop_instance_uid=uid, status="IN PROGRESS", station_ae_title="CT1",
        references=[ScheduledReference(study_instance_uid=exam.study_instance_uid, accession_number=exam.accession_number)],
    )  # fmt: skip
    return uid


def end(step: str, told: Told) -> None:
    """The step ends; `told`: description and SOP Instance UIDs by Series Instance UID."""
    mpps_set(
        sop_instance_uid=step, status="COMPLETED", image_uids=[uid for _name, uids in told.values() for uid in uids],
        dataset={"00400340": {"vr": "SQ", "Value": [item(*one) for one in told.items()]}},
    )  # fmt: skip


def item(series: str, about: tuple[str, list[str]]) -> dict[str, Any]:
    name, uids = about
    images = [{"00081150": {"vr": "UI", "Value": [CT]}, "00081155": {"vr": "UI", "Value": [uid]}} for uid in uids]
    return {
        "0020000E": {"vr": "UI", "Value": [series]},
        "0008103E": {"vr": "LO", "Value": [name]},
        "00081140": {"vr": "SQ", "Value": images},
    }


def uids_of(study: Study) -> list[str]:
    return list(study.series.get().instances.values_list("sop_instance_uid", flat=True))


def series_of(study: Study) -> str:
    return study.series.get().series_instance_uid


def commit(uids: Iterable[str]) -> None:
    asked = commitment_request(transaction_uid=generate_uid(), ae_title="CT1", address="", references=[[CT, uid] for uid in uids])
    commitment_check(request=asked)


def says(images: ImagesHere) -> str:
    return " ".join(images_say(images))


def test_nothing_and_nothing_told(exam: Exam) -> None:
    assert images_of(exam).state == ImagesState.NONE
    pictures.stack_for(exam, 2)
    found = images_of(exam)
    assert (found.state, found.held) == (ImagesState.UNTOLD, 2)
    assert "did not report" in says(found)


def test_arriving_while_the_scanner_works(exam: Exam) -> None:
    begin(exam)
    pictures.stack_for(exam, 2)
    assert images_of(exam).state == ImagesState.ARRIVING
    assert "still working" in says(images_of(exam))


def test_complete_when_every_series_is_here(exam: Exam) -> None:
    step, study = begin(exam), pictures.stack_for(exam, 3)
    end(step, {series_of(study): ("Lung", uids_of(study))})
    assert images_of(exam).state == ImagesState.COMPLETE
    assert says(images_of(exam)) == "All 3 images that the scanner reported are here."
    commit(uids_of(study))
    assert "safe" in says(images_of(exam))


def test_a_series_that_lacks_images_is_named(exam: Exam) -> None:
    step, study = begin(exam), pictures.stack_for(exam, 3, SeriesNumber=5)
    end(step, {series_of(study): ("Lung", [*uids_of(study), generate_uid()]), str(generate_uid()): ("Scout", [generate_uid()])})
    found = images_of(exam)
    assert (found.state, found.held, found.announced, found.lacking) == (ImagesState.ARRIVING, 3, 5, 2)
    assert says(found) == (
        "0 of 2 series that the scanner reported are here whole. Series 5 “Lung 2 mm”: 1 image is missing. "
        "Series “Scout” is not here: 1 image. The scanner has ended the exam; these images have not come yet."
    ).replace("Lung 2 mm", "Lung")


def test_more_than_the_scanner_reported_is_said(exam: Exam) -> None:
    step, study = begin(exam), pictures.stack_for(exam, 5)
    end(step, {series_of(study): ("Lung", uids_of(study)[:3])})
    assert says(images_of(exam)) == "All 3 images that the scanner reported are here. 2 more are here that it did not report."


def test_a_surplus_in_one_series_hides_nothing_that_another_lacks(exam: Exam) -> None:
    step, study = begin(exam), pictures.stack_for(exam, 5)
    end(step, {series_of(study): ("Lung", uids_of(study)[:2]), str(generate_uid()): ("Scout", [generate_uid()])})
    assert images_of(exam).lacking == 1


def test_missing_once_the_scanner_was_told_that_they_are_not_safe(exam: Exam) -> None:
    step, study, lost = begin(exam), pictures.stack_for(exam, 3), str(generate_uid())
    end(step, {series_of(study): ("Lung", [*uids_of(study), lost])})
    commit([*uids_of(study), lost])
    assert images_of(exam).state == ImagesState.MISSING
    assert "send them again" in says(images_of(exam))


def test_missing_when_nothing_of_it_came(exam: Exam) -> None:
    step, lost = begin(exam), str(generate_uid())
    end(step, {str(generate_uid()): ("Lung", [lost])})
    commit([lost])
    assert images_of(exam).state == ImagesState.MISSING


def settle(study: Study) -> None:
    """Nothing more came for longer than a scanner pauses."""
    past = timezone.now() - dt.timedelta(minutes=10)
    Study.objects.filter(pk=study.pk).update(last_received_at=past)
    PerformedStep.objects.update(created_at=past)
    PerformedStep.objects.filter(ended_at__isnull=False).update(ended_at=past)
    arrivals_note()


def sends(ae_title: str, field: int = commands.C_STORE_RQ, seconds: int = 15) -> None:
    """A DICOM process tells of an association of `ae_title`, good for so long."""
    now = timezone.now()
    DicomProcess.objects.create(
        name=f"host:{DicomProcess.objects.count()}", started_at=now, expires_at=now + dt.timedelta(seconds=seconds),
        associations=[{"ae_title": ae_title, "field": field}],
    )  # fmt: skip


def test_missing_once_the_scanner_has_ended_and_its_images_have_settled(exam: Exam) -> None:
    """A scanner that never asks for storage commitment lost 2 of 5 images."""
    step, study = begin(exam), pictures.stack_for(exam, 3)
    end(step, {series_of(study): ("Lung", [*uids_of(study), generate_uid(), generate_uid()])})
    assert images_of(exam).state == ImagesState.ARRIVING
    assert "have not come yet" in says(images_of(exam))
    settle(study)
    assert images_of(exam).state == ImagesState.MISSING
    assert says(images_of(exam)).endswith(
        "“Lung”: 2 images are missing. The scanner has ended the exam and sends nothing more of it: these images did not come."
    )


def at(minutes: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + dt.timedelta(minutes=minutes), tick=False)


def test_a_scanner_that_pauses_between_two_images_has_lost_none(exam: Exam, settings: Settings) -> None:
    """An association for each image, and a minute between two."""
    settings.IMAGES_MISSING_MINUTES = 5
    step, study = begin(exam), pictures.stack_for(exam, 3)
    end(step, {series_of(study): ("Lung", [*uids_of(study), generate_uid(), generate_uid()])})
    with at(1):
        arrivals_note()
        assert images_of(exam).state == ImagesState.ARRIVING
    with at(4.9):
        assert images_of(exam).state == ImagesState.ARRIVING
        pictures.send(pictures.slice_of(9, StudyInstanceUID=study.study_instance_uid, SeriesInstanceUID=series_of(study)))
    with at(9):
        arrivals_note()
        assert images_of(exam).state == ImagesState.ARRIVING
    with at(10):
        arrivals_note()
        assert images_of(exam).state == ImagesState.MISSING


def test_the_time_counts_from_the_end_of_the_exam_where_that_came_later(exam: Exam, settings: Settings) -> None:
    settings.IMAGES_MISSING_MINUTES = 5
    step, study = begin(exam), pictures.stack_for(exam, 3)
    with at(30):
        end(step, {series_of(study): ("Lung", [*uids_of(study), generate_uid()])})
    for minutes, state in ((31, ImagesState.ARRIVING), (36, ImagesState.MISSING)):
        with at(minutes):
            arrivals_note()
            assert images_of(exam).state == state


def test_a_scanner_that_never_ends_the_exam_has_stopped_sending_after_hours(exam: Exam, settings: Settings) -> None:
    settings.IMAGES_STOPPED_HOURS = 6
    begin(exam)
    pictures.stack_for(exam, 3)
    with at(5 * 60):
        assert images_of(exam).state == ImagesState.ARRIVING
        pictures.stack_for(exam, 1)
    with at(10 * 60):
        assert images_of(exam).state == ImagesState.ARRIVING
    with at(11 * 60 + 1):
        found = images_of(exam)
        assert (found.state, found.are_coming) == (ImagesState.STOPPED, True)
        assert says(found).endswith(
            "The scanner began this exam and never said that it ended; it has sent nothing for 6 hours. Whether these are all is not known."
        )
        pictures.stack_for(exam, 1)
        assert images_of(exam).state == ImagesState.ARRIVING


def test_a_scanner_that_began_and_sent_nothing_at_all(exam: Exam) -> None:
    begin(exam)
    assert images_of(exam).state == ImagesState.ARRIVING
    with at(24 * 60):
        assert images_of(exam).state == ImagesState.NONE
        assert "never said that it ended" in says(images_of(exam))


def test_a_pause_before_the_scanner_has_ended_is_nothing(exam: Exam) -> None:
    step, study = begin(exam), pictures.stack_for(exam, 3)
    settle(study)
    assert images_of(exam).state == ImagesState.ARRIVING
    end(step, {series_of(study): ("Lung", [*uids_of(study), generate_uid()])})
    assert images_of(exam).state == ImagesState.ARRIVING, "looked at once more, now that it is known how many there are"
    settle(study)
    assert images_of(exam).state == ImagesState.MISSING


def test_images_that_come_after_the_end_are_arriving_again_and_then_complete(exam: Exam) -> None:
    """The usual order: COMPLETED first, then the rest."""
    step, study = begin(exam), pictures.stack_for(exam, 3)
    last = [pictures.slice_of(number, StudyInstanceUID=study.study_instance_uid, SeriesInstanceUID=series_of(study)) for number in (4, 5)]
    end(step, {series_of(study): ("Lung", [*uids_of(study), *(str(one.SOPInstanceUID) for one in last)])})
    settle(study)
    states = [images_of(exam).state]
    for one in last:
        pictures.send(one)
        states.append(images_of(exam).state)
    assert states == [ImagesState.MISSING, ImagesState.ARRIVING, ImagesState.COMPLETE]


def test_arriving_while_the_scanner_stores_one_large_object(exam: Exam) -> None:
    step, study = begin(exam), pictures.stack_for(exam, 3)
    end(step, {series_of(study): ("Lung", [*uids_of(study), generate_uid()])})
    settle(study)
    sends("CT2")
    sends("CT1", commands.C_FIND_RQ)
    sends("CT1", seconds=-1)
    assert images_of(exam).state == ImagesState.MISSING
    sends("CT1")
    assert images_of(exam).state == ImagesState.ARRIVING


def test_none_yet_while_nothing_of_what_was_announced_came(exam: Exam) -> None:
    end(begin(exam), {str(generate_uid()): ("Lung", [str(generate_uid())])})
    assert images_of(exam).state == ImagesState.NONE
    assert "have not come yet" in says(images_of(exam))
    sends("CT1")
    assert images_of(exam).state == ImagesState.ARRIVING


def test_without_mpps_commitment_tells_that_all_is_here(exam: Exam) -> None:
    study = pictures.stack_for(exam, 3)
    commit(uids_of(study))
    assert images_of(exam).state == ImagesState.COMPLETE


def test_it_costs_the_same_for_many(exam: Exam, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    patient = exam.patient
    exams = [exam, *(pictures.exam_of(patient, f"CT2611220010{number}") for number in range(3))]
    for one in exams:
        step, study = begin(one), pictures.stack_for(one, 1)
        end(step, {series_of(study): ("Lung", uids_of(study))})
    with django_assert_num_queries(5):
        assert {found.state for found in images_here(exams).values()} == {ImagesState.COMPLETE}
