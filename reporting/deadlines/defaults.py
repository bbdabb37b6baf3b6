"""The deadlines that a new installation begins with; from then on the department keeps its own."""

from typing import Any

EMERGENCY, INPATIENT, OUTPATIENT, CHECKUP = "E", "I", "O", "P"
PLAIN, CROSS, COMPLEX = "CR DX IO MG PX RF", "CT MR", "NM PT XA"
HOUR, DAY = 60, 24 * 60

# Patient type, priority, modalities, minutes, in working hours only.
DEFAULTS: list[tuple[str, str, str, int, bool]] = [
    (EMERGENCY, "", PLAIN, 30, False),
    (EMERGENCY, "", CROSS, HOUR, False),
    (EMERGENCY, "", "", HOUR, False),
    ("", "stat", PLAIN, 30, False),
    ("", "stat", CROSS, HOUR, False),
    ("", "stat", "", HOUR, False),
    ("", "urgent", PLAIN, HOUR, False),
    ("", "urgent", CROSS, 2 * HOUR, False),
    ("", "urgent", "", 2 * HOUR, False),
    (INPATIENT, "", PLAIN, 2 * HOUR, False),
    (INPATIENT, "", CROSS, 6 * HOUR, False),
    (INPATIENT, "", "", 6 * HOUR, False),
    (OUTPATIENT, "", PLAIN, 2 * HOUR, False),
    (OUTPATIENT, "", CROSS, 4 * HOUR, True),
    (OUTPATIENT, "", "", 4 * HOUR, False),
    (CHECKUP, "", "", DAY, False),
    ("", "", COMPLEX, DAY, False),
]


def rows() -> list[dict[str, Any]]:
    names = ("patient_class", "priority", "modalities", "minutes", "in_working_time")
    return [dict(zip(names, values, strict=True)) for values in DEFAULTS]
