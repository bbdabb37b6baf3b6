"""Why images are rejected (PS3.16 CID 7011), and for whom that hides them (IHE RAD IOCM 4.66.4.1.3), as data."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override


@dataclass(frozen=True)
class Reason:
    """`meaning` is the code's own; `label` and `help` are for people.

    Whatever the reason, rejected images are in no list, search, retrieval, transfer and viewer, for nobody.
    `shows_pictures`: who may reject still sees them among the corrections, to learn from them; so IOCM allows for quality alone.
    """

    code: str
    meaning: str
    label: str | Promise
    help: str | Promise
    shows_pictures: bool = False


QUALITY, SAFETY, WORKLIST, RETENTION = "113001", "113037", "113038", "113039"
REASONS = {
    reason.code: reason
    for reason in (
        Reason(
            QUALITY, "Rejected for Quality Reasons", _("Quality: blurred, cut off, repeated"),
            _("Hidden from reading and from other systems; shown here for quality work."), shows_pictures=True,
        ),
        Reason(
            SAFETY, "Rejected for Patient Safety Reasons", _("Patient safety: wrong patient, wrong side"),
            _("Hidden from everybody: using them could harm a patient."),
        ),
        Reason(
            WORKLIST, "Incorrect Modality Worklist Entry", _("Wrong worklist entry chosen at the scanner"),
            _("Hidden from everybody. To keep the images, give them to the right order instead."),
        ),
        Reason(
            RETENTION, "Data Retention Policy Expired", _("Retention time is over"),
            _("Hidden from everybody; the files go when the rules of retention say so."),
        ),
    )
}  # fmt: skip


def reason_words(code: str) -> tuple[str, str]:
    """The reason in English and in Chinese, as a time-line keeps it."""
    label = REASONS[code].label
    with override("en"):
        english = str(label)
    with override("zh-hans"):
        return english, str(label)
