"""Load: many exams from order to images, as they come in a department, only faster. Fails when one exam failed."""

import argparse
import random
import statistics
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta

from pydicom.dataset import Dataset

from demo import clock, environment
from demo.desk import Desk, Request
from demo.dicom import commitment
from demo.dicom.association import DicomFailure
from demo.dicom.store import paced
from demo.hl7.mllp import Refused, Unanswered
from demo.modality import Scanner, await_step
from demo.people import CHEN_WEI, FANG, GAO, MOORE, SHAW, TANG, Clinician, Person
from demo.pictures.library import Library
from demo.stations import ROOMS, STATIONS

FAMILIES = (("王", "Wang"), ("李", "Li"), ("张", "Zhang"), ("刘", "Liu"), ("陈", "Chen"), ("杨", "Yang"), ("赵", "Zhao"), ("黄", "Huang"))
GIVEN = (("伟", "Wei"), ("芳", "Fang"), ("娜", "Na"), ("敏", "Min"), ("静", "Jing"), ("丽", "Li"), ("强", "Qiang"), ("磊", "Lei"))
WESTERN = (("Smith", "Anna"), ("Müller", "Karl"), ("Rossi", "Giulia"), ("Novák", "Petr"), ("O'Neill", "Sean"), ("García", "Lucía"))
REASONS = ("cough for three weeks", "headache", "follow-up", "fall from a ladder", "chest pain", "weight loss", "before operation")
CLINICIANS: tuple[Clinician, ...] = (CHEN_WEI, SHAW, GAO, TANG, MOORE, FANG)
# A real department: an exam each three minutes, the patient there some time after the order, minutes on the scanner.
BETWEEN_ORDERS_SECONDS = 180.0
UNTIL_SCAN_SECONDS = (600.0, 2400.0)
ON_SCANNER_SECONDS = {"CT": 480.0, "MR": 1500.0, "DX": 180.0, "US": 900.0, "XA": 2400.0, "ES": 1200.0}
REPORT_EVERY_SECONDS = 5.0


@dataclass
class Tally:
    """What happened, counted from many threads."""

    wanted: int
    done: int = 0
    images: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    on_list_seconds: list[float] = field(default_factory=list)
    committed_seconds: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def ended(self) -> int:
        return self.done + self.failures.total()

    def succeed(self, images: int) -> None:
        with self.lock:
            self.done, self.images = self.done + 1, self.images + images

    def fail(self, error: Exception) -> None:
        with self.lock:
            self.failures[f"{type(error).__name__}: {error}"[:160]] += 1

    def line(self) -> str:
        return f"{self.ended} of {self.wanted} exams ended, {self.images} images, {self.failures.total()} failures"


@dataclass(frozen=True)
class Run:
    """The actors of one simulation."""

    desk: Desk
    scanners: dict[str, Scanner]
    rooms: dict[str, threading.Lock]
    tally: Tally
    speed: float

    def wait(self, seconds: float) -> None:
        """As long as that takes in this hospital."""
        time.sleep(seconds / self.speed)


def cast(number: int, run_key: str, chance: random.Random) -> Person:
    """A patient that no other run has."""
    born = date(2026, 1, 1) - timedelta(days=chance.randrange(200, 33000))
    identifier, sex = f"S{run_key}{number:04d}", chance.choice("FM")
    if chance.random() < 0.25:
        family, given = chance.choice(WESTERN)
        return Person(identifier, family, given, sex, born)
    (family, latin_family), (given, latin_given) = chance.choice(FAMILIES), chance.choice(GIVEN)
    return Person(identifier, latin_family, latin_given, sex, born, ideographic=(family, given))


def requests(count: int, library: Library, seed: int) -> list[Request]:
    """The orders of the run, of procedures that there are pictures for."""
    chance = random.Random(seed)
    run_key = f"{clock.now():%d%H%M%S}"
    codes = [code for code in ROOMS if library.for_procedure(code)]
    if not codes:
        raise SystemExit("There are no pictures: run `python -m demo pictures` first.")
    found = []
    for number in range(count):
        code = chance.choice(codes)
        found.append(
            Request(
                key=f"S{run_key}{number:04d}",
                person=cast(number, run_key, chance),
                clinician=chance.choice(CLINICIANS),
                code=code,
                station=chance.choice(ROOMS[code]),
                reason=chance.choice(REASONS),
                ordered_at=clock.now(),
                wanted_at=clock.now(),
                patient_class=chance.choice("OOOIE"),
                priority=chance.choice("RRRAS"),
                form="omi",
            )
        )
    return found


def exam(request: Request, run: Run, chance: random.Random) -> None:
    """One exam, from the patient's registration to committed images. Its failure is counted, not raised."""
    try:
        run.desk.admit(request)
        run.desk.order(request)
        ordered = time.monotonic()
        scanner, item = await_step([run.scanners[request.station]], request.person.number, request.code)
        run.tally.on_list_seconds.append(time.monotonic() - ordered)
        run.wait(chance.uniform(*UNTIL_SCAN_SECONDS))
        with run.rooms[request.station]:
            images = on_scanner(scanner, item, run)
    except (Refused, Unanswered, DicomFailure, OSError) as error:
        run.tally.fail(error)
    else:
        run.tally.succeed(images)


def on_scanner(scanner: Scanner, item: Dataset, run: Run) -> int:
    """A step at the modality's own pace, pictures spread over the second half; answers with their number."""
    step = scanner.begin(item)
    lasts = ON_SCANNER_SECONDS.get(scanner.station.modality, 600.0)
    run.wait(lasts / 2)
    expected = sum(map(len, scanner.library.for_procedure(scanner.pictured_code(step.item))))
    series = scanner.acquire(step, pause=paced(lasts / 2 / run.speed / max(expected, 1)))
    sent = time.monotonic()
    scanner.end(step, series)
    run.tally.committed_seconds.append(time.monotonic() - sent)
    return sum(len(one.images) for one in series)


def run(arguments: argparse.Namespace) -> int:
    """The exit status is 1 when an exam failed."""
    library = Library(environment.pictures_folder())
    orders = requests(arguments.exams, library, arguments.seed)
    chance = random.Random(arguments.seed)
    reports = commitment.Reports()
    scanners = {ae: Scanner(station, library, reports) for ae, station in STATIONS.items()}
    actors = Run(Desk(), scanners, {ae: threading.Lock() for ae in STATIONS}, Tally(len(orders)), arguments.speed)
    started = time.monotonic()
    over = threading.Event()
    reporter = threading.Thread(target=report_progress, args=(actors.tally, over), daemon=True)
    reporter.start()
    with ThreadPoolExecutor(max_workers=64) as pool:
        started_exams = []
        for order in orders:
            started_exams.append(pool.submit(exam, order, actors, random.Random(chance.random())))
            actors.wait(chance.expovariate(1 / BETWEEN_ORDERS_SECONDS))
        for future in started_exams:
            future.result()
    over.set()
    actors.desk.close()
    summary(actors.tally, time.monotonic() - started)
    return 1 if actors.tally.failures else 0


def report_progress(tally: Tally, over: threading.Event) -> None:
    while not over.wait(REPORT_EVERY_SECONDS):
        print(tally.line(), flush=True)


def summary(tally: Tally, seconds: float) -> None:
    print(f"{tally.line()} in {seconds:.0f} s", flush=True)
    for name, values in (("from order to worklist", tally.on_list_seconds), ("from last image to commitment", tally.committed_seconds)):
        if values:
            print(f"  {name}: median {statistics.median(values):.2f} s, longest {max(values):.2f} s", flush=True)
    for what, count in tally.failures.most_common():
        print(f"  {count} x {what}", flush=True)
