"""Plays the day of `stories`: orders come, the desk checks in, scanners work, readers report, the cashier is paid. Each act once."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pydicom.dataset import Dataset

from demo import clock, environment, people
from demo.desk import Desk, Request
from demo.dicom import commitment
from demo.dicom.association import DicomFailure
from demo.dicom.identity import text
from demo.dicom.performed_step import REFUSED
from demo.hl7.mllp import Refused, Unanswered
from demo.memory import Memory
from demo.modality import Scanner, await_step
from demo.pictures.library import Library
from demo.rest import RestFailure
from demo.staff import Staff
from demo.stations import ROOMS, STATIONS
from demo.stories import STORIES, Stage, Story

FAILURES = (Refused, Unanswered, DicomFailure, RestFailure, OSError)
# A step that stays in progress has sent this many images of each series so far.
SENT_SO_FAR = 12
PAID_BY = "wechat"


@dataclass(frozen=True)
class Day:
    memory: Memory
    desk: Desk
    scanners: dict[str, Scanner]
    staff: Staff
    started_at: datetime

    def request(self, story: Story) -> Request:
        """The story's order. Its key holds the date: each day has its own."""
        return Request(
            key=f"{self.started_at:%y%m%d}{story.key}",
            person=story.person,
            clinician=story.clinician,
            code=story.code,
            station=story.station,
            reason=story.reason,
            ordered_at=self.started_at,
            wanted_at=self.started_at + timedelta(minutes=story.in_minutes),
            patient_class=story.patient_class,
            priority=story.priority,
            form=story.form,
        )

    def order(self, story: Story) -> None:
        """What the HIS sends for the story, until the patient comes."""
        request = self.request(story)
        first = replace(request, person=story.registered_twice_as or story.person)
        self.once(story, "admit", lambda: self.desk.admit(first))
        self.once(story, "order", lambda: self.desk.order(first))
        if story.registered_twice_as:
            again = replace(request, key=f"{request.key}K")
            self.once(story, "admit again", lambda: self.desk.admit(again))
            self.once(story, "merge", lambda: self.desk.merge(request, people.LIN_FANG_AGAIN))
        if story.changed_reason:
            self.once(story, "change", lambda: self.desk.change(request, story.changed_reason))
        if story.is_cancelled:
            self.once(story, "cancel", lambda: self.desk.cancel(request))

    def perform(self, story: Story) -> None:
        """From the patient's arrival to the end of the story."""
        if story.until < Stage.ARRIVED:
            return
        accession = self.memory.recall(story.key, "accession", lambda: self.accession(story))
        self.once(story, "check in", lambda: self.staff.check_in(accession))
        if story.until == Stage.STARTED:
            self.once(story, "start", lambda: self.start(story))
        if story.until >= Stage.PERFORMED:
            self.once(story, "perform", lambda: self.scan(story))
            self.report(story, accession)

    def report(self, story: Story, accession: str) -> None:
        """From the first word of the report to the money."""
        wording = story.wording
        if wording is not None:
            self.once(story, "write", lambda: self.staff.write(accession, wording))
        if story.until >= Stage.SIGNED:
            self.once(story, "sign", lambda: self.staff.sign(accession))
        if story.until >= Stage.PAID:
            self.once(story, "pay", lambda: self.staff.take_payment(accession, PAID_BY))

    def once(self, story: Story, act: str, work: Callable[[], object]) -> None:
        self.memory.once(story.key, act, work)

    def place(self, story: Story) -> tuple[Scanner, Dataset]:
        """The scanner that has the story's step on its list, and the step: an ORM order names no station, so any fitting one may."""
        rooms = [story.station, *(room for room in ROOMS[story.code] if room != story.station)]
        return await_step([self.scanners[room] for room in rooms], story.person.number, story.code)

    def pictured(self, story: Story) -> tuple[Scanner, Dataset]:
        """The place, when there are pictures to send from it: an exam without any would be no exam. Raises DicomFailure."""
        scanner, item = self.place(story)
        if not scanner.library.for_procedure(story.code):
            raise DicomFailure(f"there are no pictures for {story.code}: `python -m demo pictures` fetches them")
        return scanner, item

    def accession(self, story: Story) -> str:
        return text(self.place(story)[1], "AccessionNumber")

    def scan(self, story: Story) -> None:
        scanner, item = self.pictured(story)
        scanner.perform(item)

    def start(self, story: Story) -> None:
        """Begin and send some images; break off when the story says so, else leave it in progress."""
        scanner, item = self.pictured(story)
        step = scanner.begin(item)
        series = scanner.acquire(step, limit=SENT_SO_FAR)
        if story.is_broken_off:
            scanner.end(step, series, REFUSED)


def acts(day: Day) -> list[tuple[Story, Callable[[Story], None]]]:
    """First everybody's orders, so that the lists are full early; then one patient after the other."""
    return [*((story, day.order) for story in STORIES), *((story, day.perform) for story in STORIES)]


def play(day: Day) -> int:
    """Everything that is not done yet; answers with the number of stories that stopped at a failure."""
    stopped: set[str] = set()
    for story, act in acts(day):
        if story.key in stopped:
            continue
        known = day.memory.notes(story.key)
        try:
            act(story)
        except FAILURES as failure:
            stopped.add(story.key)
            print(f"patient {story.person.number}, {story.code}: stopped: {failure}", flush=True)
        if day.memory.notes(story.key) > known:
            print(f"patient {story.person.number}, {story.code}: {day.memory.last(story.key)}", flush=True)
    return len(stopped)


def run(_arguments: argparse.Namespace) -> int:
    """The exit status is 1 when a story stopped; the next start goes on with it."""
    started_at, library = clock.now(), Library(environment.pictures_folder())
    memory = Memory(environment.data_folder() / "demo", started_at.date())
    reports = commitment.Reports()
    scanners = {name: Scanner(station, library, reports) for name, station in STATIONS.items()}
    desk = Desk()
    try:
        stopped = play(Day(memory, desk, scanners, Staff(), started_at))
    finally:
        desk.close()
    print(f"the day is played: {len(STORIES) - stopped} of {len(STORIES)} stories", flush=True)
    return 1 if stopped else 0
