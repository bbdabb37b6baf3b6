"""Reading and signing: deadlines, and who may sign."""

from config import environment

REPORT_TWO_PEOPLE = environment.flag("LIGHTBOX_REPORT_TWO_PEOPLE", False, "Nobody signs their own text: a second person has to.")
REPORT_ABANDONED_MINUTES = environment.number(
    "LIGHTBOX_REPORT_ABANDONED_MINUTES", 30, "After so many minutes without a keystroke anybody who writes reports may take a draft over."
)
REPORT_RELEASE_MINUTES = environment.number(
    "LIGHTBOX_REPORT_RELEASE_MINUTES",
    240,
    "After so many minutes without a keystroke an exam that somebody took waits for a reader again, its text kept; 0: never.",
)
REPORT_SIGN_FAILURES = environment.number("LIGHTBOX_REPORT_SIGN_FAILURES", 5, "Wrong passwords on signing before a pause of ten minutes.")
REPORT_LANGUAGE = environment.text(
    "LIGHTBOX_REPORT_LANGUAGE", "", "Language in which reports begin: en or zh-hans; empty is the reader's own."
)
OBJECTS_SAVED_ON_SIGNING = environment.flag(
    "LIGHTBOX_OBJECTS_SAVED_ON_SIGNING",
    True,
    "Key images, views and measurements are saved to the archive as DICOM objects when the report is signed.",
)
VIEWER_OBJECTS_AT_ONCE = environment.number(
    "LIGHTBOX_VIEWER_OBJECTS_AT_ONCE", 100, "Most presentation states, reports or the like of one series that are read when it is opened."
)

READING_MINUTES = environment.number(
    "LIGHTBOX_READING_MINUTES", 1440, "Minutes from the end of an exam to its report where no rule of the page “Deadlines” fits."
)
# The hours in which deadlines count that are kept in working hours only.
WORKING_DAYS = (0, 1, 2, 3, 4)
WORKING_HOURS = (8, 18)
