"""How long the images of a study are kept: by the rules that fit it, the longest of them, with the reason in words."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.archive.life.models import RuleKind, StorageRule
from imaging.archive.models import Study
from imaging.common.formats import clinical_date

ADULT = 18


@dataclass(frozen=True)
class Retention:
    """Until when a study is kept, and why. Without a rule that fits: for ever."""

    until: dt.date | None
    rule: StorageRule | None
    reason: str


def years_after(day: dt.date, years: int) -> dt.date:
    """The same day so many years on; 29 February becomes 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return dt.date(day.year + years, 3, 1)


def study_day(study: Study) -> dt.date:
    """The day of the study; the day it came when its own is not known, or lies in the future."""
    came = timezone.localdate(study.first_received_at)
    return min(study.study_date or came, came)


def birth_date_of(study: Study) -> dt.date | None:
    patient = study.matched_patient
    return (patient.birth_date if patient else None) or study.patient_birth_date


def patient_class_of(study: Study) -> str:
    return study.exam.order.patient_class if study.exam else ""


def retention_of(study: Study, rules: Iterable[StorageRule]) -> Retention:
    """The longest of the deletion rules that fit `study`. `rules` are all that are in force."""
    fitting = [rule for rule in rules if rule.kind == RuleKind.DELETE and rule.keep_years and is_of_kind(study, rule)]
    ends = [(_until(study, rule), rule.pk, rule) for rule in fitting]
    if not ends:
        return Retention(None, None, _("No deletion rule fits: kept for ever."))
    (until, reason), _pk, rule = max(ends, key=lambda end: (end[0][0], -(end[1] or 0)))
    return Retention(until, rule, reason)


def is_of_kind(study: Study, rule: StorageRule) -> bool:
    """Whether `study` is of the modalities, patient classes and size that `rule` is for."""
    wanted = set(rule.modalities.upper().split())
    if wanted and not wanted & set(study.modalities):
        return False
    classes = set(rule.patient_classes.upper().split())
    if classes and patient_class_of(study) not in classes:
        return False
    return not rule.min_size_mb or study.size_bytes >= rule.min_size_mb * 1_000_000


def _until(study: Study, rule: StorageRule) -> tuple[dt.date, str]:
    day, born = study_day(study), birth_date_of(study)
    years = rule.keep_years or 0
    until = years_after(day, years)
    words = {"rule": rule.name, "day": clinical_date(day), "until": clinical_date(until), "years": years}
    reason = _("%(rule)s: study of %(day)s, kept %(years)s years, until %(until)s.") % words
    if born is None and rule.child_keep_until_age:
        return _unknown_age(day, rule, reason)
    if born is None or not rule.child_keep_until_age or years_after(born, ADULT) <= day:
        return until, reason
    grown = years_after(born, rule.child_keep_until_age)
    if grown <= until:
        return until, reason
    return grown, _("%(rule)s: a child at the study of %(day)s, kept until the age of %(age)s, on %(until)s.") % {
        **words, "age": rule.child_keep_until_age, "until": clinical_date(grown),
    }  # fmt: skip


def _unknown_age(day: dt.date, rule: StorageRule, reason: str) -> tuple[dt.date, str]:
    """Who may have been born on the day of the study is kept as a child is."""
    latest = years_after(day, max(rule.keep_years or 0, rule.child_keep_until_age or 0))
    return latest, _("%(reason)s The birth date is not known: kept like a newborn's, until %(until)s.") % {
        "reason": reason, "until": clinical_date(latest),
    }  # fmt: skip
