"""Reading and signing: deadlines, and who may sign."""

from config import environment

REPORT_TWO_PEOPLE = environment.flag("LIGHTBOX_REPORT_TWO_PEOPLE", False, "Nobody signs their own text: a second person has to.")
REPORT_ABANDONED_MINUTES = environment.number(
    "LIGHTBOX_REPORT_ABANDONED_MINUTES", 30, "After so many minutes without a keystroke anybody who writes reports may take a draft over."
)
REPORT_SIGN_FAILURES = environment.number("LIGHTBOX_REPORT_SIGN_FAILURES", 5, "Wrong passwords on signing before a pause of ten minutes.")
REPORT_LANGUAGE = environment.text(
    "LIGHTBOX_REPORT_LANGUAGE", "", "Language in which reports begin: en or zh-hans; empty is the reader's own."
)

# Minutes from the end of the exam to the report, by class of patient and kind of exam; see reporting.reports.deadlines.
READING_MINUTES = {
    "emergency": {"plain": 30, "cross": 60, "other": 60, "complex": 24 * 60},
    "urgent": {"plain": 60, "cross": 120, "other": 120, "complex": 24 * 60},
    "inpatient": {"plain": 120, "cross": 360, "other": 360, "complex": 24 * 60},
    "outpatient": {"plain": 120, "cross": 240, "other": 240, "complex": 24 * 60},
    "checkup": {"plain": 24 * 60, "cross": 24 * 60, "other": 24 * 60, "complex": 24 * 60},
}
# These classes are counted in working hours only.
READING_WORKING_TIME = {("outpatient", "cross")}
WORKING_DAYS = (0, 1, 2, 3, 4)
WORKING_HOURS = (8, 18)
