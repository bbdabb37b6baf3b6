"""Rows of a large hospital, put into the database by SQL as if they had come in: what would take hours over the wire.

Number `n` says everything about a study and about a booked step, so that a question knows how much it has to find:
20 studies a day, a quarter of them of each modality, 5 of a patient, whom the hospital does not know in one of ten cases; 100 steps a
station and day.
"""

import datetime as dt
import os
from dataclasses import dataclass

import psycopg

STUDIES_EACH_PATIENT, STUDIES_EACH_DAY, STEPS_EACH_DAY = 5, 20, 100
MODALITIES = ("CT", "MR", "DX", "US")
STATIONS = tuple(f"STATION{at:02d}" for at in range(10))
FIRST_DAY = dt.date(1880, 1, 1)  # a million studies are 137 years
FIRST_STEP_DAY = dt.date(2031, 1, 1)
PROTECTED = 100

PATIENTS = """
INSERT INTO imaging_patient (number, name, name_ideographic, name_phonetic, birth_date, sex, phone, address, allergies, is_protected,
  is_unidentified, created_at, updated_at)
SELECT '{letter}' || lpad(n::text, 7, '0'), '{name}' || lpad(n::text, 7, '0') || '^ANNA', '', '', '1970-01-01', 'F', '', '', '',
  {protected}, false, now(), now()
FROM generate_series({low}, {high} - 1) n
"""
IDENTIFIERS = """
INSERT INTO imaging_patientidentifier (value, issuer, kind, patient_id)
SELECT number, 'BENCH', 'MR', id FROM imaging_patient
WHERE number >= '{letter}' || lpad('{low}', 7, '0') AND number < '{letter}' || lpad('{high}', 7, '0')
"""
STUDIES = """
INSERT INTO imaging_study (study_instance_uid, match_state, matched_patient_id, patient_id, issuer_of_patient_id, patient_name, patient_sex,
  patient_birth_date, accession_number, study_id, study_date, study_time, study_description, referring_physician_name, modalities_in_study,
  series_count, instance_count, size_bytes, attributes, first_received_at, last_received_at, has_news, noted_instance_count)
SELECT '1.2.9.4' || lpad(n::text, 9, '0'), 'apart', CASE WHEN n / {each_patient} % 10 < 9 THEN p.id END, p.number, '', p.name, 'F',
  '1970-01-01', 'A' || lpad(n::text, 9, '0'), '1', date '{first}' + n / {each_day}, '12:00', 'CHEST', 'SHEN^Karl',
  '\\' || (array['CT','MR','DX','US'])[n % 4 + 1] || '\\', 1, 1, 2000,
  '{{"0020000D": {{"vr": "UI"}}, "00081030": {{"vr": "LO", "Value": ["CHEST"]}}}}', now(), now(), false, 1
FROM generate_series({low}, {high} - 1) n JOIN imaging_patient p ON p.number = 'P' || lpad((n / {each_patient})::text, 7, '0')
ORDER BY n
"""
WORDS = """
INSERT INTO imaging_studynameword (study_id, word)
SELECT s.id, w FROM imaging_study s, unnest(array[lower(split_part(patient_name, '^', 1)), 'anna',
  lower(replace(patient_name, '^', '')), 'na']) w
WHERE s.study_instance_uid >= '1.2.9.4' || lpad('{low}', 9, '0') AND s.study_instance_uid < '1.2.9.4' || lpad('{high}', 9, '0')
"""
SERIES = """
INSERT INTO imaging_series (study_id, series_instance_uid, modality, series_number, series_description, body_part_examined, laterality,
  station_name, performed_procedure_step_uid, instance_count, attributes)
SELECT id, replace(study_instance_uid, '1.2.9.4', '1.2.9.5'), trim(both '\\' from modalities_in_study), 1, 'AXIAL', 'CHEST', '', 'S', '', 1,
  '{{"0020000E": {{"vr": "UI"}}}}' FROM imaging_study
WHERE study_instance_uid >= '1.2.9.4' || lpad('{low}', 9, '0') AND study_instance_uid < '1.2.9.4' || lpad('{high}', 9, '0')
"""
ORDERS = """
INSERT INTO imaging_order (patient_id, placer_number, placer_issuer, filler_number, patient_class, priority, referrer_name, referrer_code,
  referring_department, reason, safety, source, ordered_at)
SELECT id, '', '', 'O' || number, 'O', 'routine', 'SHEN^Karl', '', 'Neurology', 'Headache', '{{}}', 'desk', now()
FROM imaging_patient WHERE number >= 'W' || lpad('{low}', 7, '0') AND number < 'W' || lpad('{high}', 7, '0')
"""
EXAMS = """
INSERT INTO imaging_exam (order_id, patient_id, procedure_id, department_id, modality, accession_number, study_instance_uid,
  requested_procedure_id, placer_number, state, priority, queue_number, reason_ended, ordered_at, changed_at)
SELECT o.id, o.patient_id, c.id, c.department_id, c.modality, substr(o.filler_number, 2), '1.2.9.6' || substr(o.filler_number, 3),
  substr(o.filler_number, 2), '', 'scheduled', 'routine', '', '', now(), now()
FROM imaging_order o, (SELECT * FROM imaging_procedure WHERE modality = 'CT' ORDER BY id LIMIT 1) c
WHERE o.filler_number >= 'OW' || lpad('{low}', 7, '0') AND o.filler_number < 'OW' || lpad('{high}', 7, '0')
"""
STEPS = """
INSERT INTO imaging_scheduledstep (exam_id, scheduled_procedure_step_id, room_id, station_ae_title, modality, description, protocol_code,
  status, starts_at, ends_at, is_overbooked)
SELECT e.id, e.accession_number, r.id, 'STATION' || lpad((n % 10)::text, 2, '0'), 'CT', 'CT head', '', 'SCHEDULED', at, at + '5 minutes',
  false
FROM imaging_exam e, (SELECT id FROM imaging_room WHERE code = 'CT1') r,
  LATERAL (SELECT substr(e.accession_number, 2)::int AS n) x,
  LATERAL (SELECT (date '{first}' + n / 10 / {each_day}) + time '02:00' + (n / 10 % {each_day}) * interval '5 minutes' AS at) y
WHERE e.accession_number >= 'W' || lpad('{low}', 7, '0') AND e.accession_number < 'W' || lpad('{high}', 7, '0')
"""


@dataclass(frozen=True)
class StudyRow:
    """What is known of study number `n`, in the database and in an object that is sent to a peer."""

    n: int

    @property
    def uid(self) -> str:
        return f"1.2.9.4{self.n:09d}"

    @property
    def patient_id(self) -> str:
        return f"P{self.n // STUDIES_EACH_PATIENT:07d}"

    @property
    def family_name(self) -> str:
        return f"N{self.n // STUDIES_EACH_PATIENT:07d}"

    @property
    def accession_number(self) -> str:
        return f"A{self.n:09d}"

    @property
    def date(self) -> str:
        return f"{FIRST_DAY + dt.timedelta(days=self.n // STUDIES_EACH_DAY):%Y%m%d}"

    @property
    def modality(self) -> str:
        return MODALITIES[self.n % len(MODALITIES)]


def database() -> str:
    """The address of the database that the running system has made for itself, on the PostgreSQL that `servers.lightbox` has started."""
    server = os.environ["LIGHTBOX_DATABASE_URL"].rpartition("/")[0]
    with psycopg.connect(f"{server}/postgres") as connection:
        row = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'system_%' ORDER BY oid DESC LIMIT 1").fetchone()
    if row is None:
        raise SystemExit("Lightbox has no database of its own on this server.")
    return f"{server}/{row[0]}"


def run_all(*statements: str) -> None:
    """Run `statements`, then settle everything, so that no work is left over."""
    with psycopg.connect(database(), autocommit=True) as connection:
        for statement in (*statements, "VACUUM ANALYZE", "CHECKPOINT"):
            connection.execute(statement)  # type: ignore[call-overload]  numbers and text of our own


def studies_fill(low: int, high: int) -> None:
    """Studies from number `low` to `high`, of patients of their own; the first ones with some protected patients beside them."""
    values = {"low": low, "high": high, "each_patient": STUDIES_EACH_PATIENT, "each_day": STUDIES_EACH_DAY, "first": FIRST_DAY}
    patients = {"low": low // STUDIES_EACH_PATIENT, "high": high // STUDIES_EACH_PATIENT}
    run_all(
        *(_people("V", "V", 0, PROTECTED, protected=True) if low == 0 else ()),
        *_people("P", "N", **patients),
        *(statement.format(**values) for statement in (STUDIES, WORDS, SERIES)),
    )


def steps_fill(low: int, high: int) -> None:
    """Booked steps from number `low` to `high`, each of a patient of its own."""
    values = {"low": low, "high": high, "each_day": STEPS_EACH_DAY, "first": FIRST_STEP_DAY}
    run_all(*_people("W", "W", low, high), *(statement.format(**values) for statement in (ORDERS, EXAMS, STEPS)))


def _people(letter: str, name: str, low: int, high: int, *, protected: bool = False) -> tuple[str, str]:
    values = {"letter": letter, "name": name, "low": low, "high": high, "protected": str(protected).lower()}
    return PATIENTS.format(**values), IDENTIFIERS.format(**values)


def step_day(day: int) -> str:
    return f"{FIRST_STEP_DAY + dt.timedelta(days=day):%Y%m%d}"


def rows_remove() -> None:
    """Take away what `studies_fill` put in, so that other parts find the archive that they expect."""
    run_all("TRUNCATE imaging_study CASCADE")
