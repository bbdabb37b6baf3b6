"""Days and hours: when a rule may work, in the hospital's own time."""

import datetime as dt

from django.utils import timezone

from imaging.routing.models import RoutingRule

DAY = dt.timedelta(days=1)
LOOKED_AHEAD = 9


def opens_at(rule: RoutingRule, now: dt.datetime | None = None) -> dt.datetime | None:
    """When the rule may work next; None when it may now. A night belongs to the day on which it begins."""
    now = now or timezone.now()
    today = timezone.localtime(now).date()
    for number in range(-1, LOOKED_AHEAD):
        date = today + number * DAY
        if rule.days and str(date.isoweekday()) not in rule.days:
            continue
        start, end = _window(rule, date)
        if start <= now < end:
            return None
        if start > now:
            return start
    return now + DAY


def _window(rule: RoutingRule, date: dt.date) -> tuple[dt.datetime, dt.datetime]:
    if rule.window_from is None or rule.window_to is None:
        return _at(date, dt.time()), _at(date + DAY, dt.time())
    is_over_midnight = rule.window_to <= rule.window_from
    return _at(date, rule.window_from), _at(date + DAY if is_over_midnight else date, rule.window_to)


def _at(date: dt.date, time: dt.time) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(date, time))
