"""When the storage works by itself: a rule in its own hours, the rest in those of `STORAGE_HOURS`. What a person waits for never waits."""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.archive.life.models import StorageRule
from imaging.common.hours import within


@dataclass(frozen=True)
class Hours:
    """From `begin` until `end` by the hospital's clock, over midnight where `end` is not after `begin`."""

    begin: dt.time
    end: dt.time

    def are_now(self) -> bool:
        return within(timezone.localtime().time(), self.begin, self.end)

    def __str__(self) -> str:
        return _("between %(begin)s and %(end)s") % {"begin": f"{self.begin:%H:%M}", "end": f"{self.end:%H:%M}"}


def usual_hours() -> Hours | None:
    """Those of the installation; None for at any time."""
    begin, dash, end = settings.STORAGE_HOURS.partition("-")
    return Hours(dt.time.fromisoformat(begin), dt.time.fromisoformat(end)) if dash else None


def hours_of(rule: StorageRule) -> Hours | None:
    """Its own, else the usual ones."""
    if rule.begins_at is not None and rule.ends_at is not None:
        return Hours(rule.begins_at, rule.ends_at)
    return usual_hours()


def is_time_for(rule: StorageRule | None) -> bool:
    """Whether work of `rule` may go on now; without one somebody asked for it."""
    hours = hours_of(rule) if rule is not None else None
    return hours is None or hours.are_now()


def resting_rules() -> list[int]:
    """The keys of the rules whose work waits for their hours."""
    return [rule.pk for rule in StorageRule.objects.only("pk", "begins_at", "ends_at") if not is_time_for(rule)]
