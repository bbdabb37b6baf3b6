"""What the archive holds, counted by the day on which studies first came, so that no page counts a large table.

A day is counted from its studies alone (one index); days whose studies were moved, compressed or deleted are counted again.
"""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from imaging.archive.life.duties import duty
from imaging.archive.life.models import StaleDay, StorageDay
from imaging.archive.models import Study

# Kinds of series that go along with pictures; a study is counted under what was taken.
ALONG = frozenset({"SR", "PR", "KO", "SEG", "DOC", "REG", "RTSTRUCT", "AU", "OT"})
GROWTH_DAYS = 30
FAR = 3650


def main_modality(study_modalities: list[str]) -> str:
    return next((code for code in study_modalities if code not in ALONG), study_modalities[0] if study_modalities else "")


def day_stale(*, study: Study) -> None:
    """The study changed its place or size: its day is to be counted again."""
    StaleDay.objects.get_or_create(day=timezone.localdate(study.first_received_at))


@transaction.atomic
def day_count(*, day: dt.date) -> None:
    """Count one day anew."""
    start = timezone.make_aware(dt.datetime.combine(day, dt.time()))
    rows = Study.objects.filter(first_received_at__gte=start, first_received_at__lt=start + dt.timedelta(days=1), instance_count__gt=0)
    studies: Counter[tuple[str, str]] = Counter()
    instances: Counter[tuple[str, str]] = Counter()
    octets: Counter[tuple[str, str]] = Counter()
    for study in rows.only("modalities_in_study", "tier", "instance_count", "size_bytes").iterator():
        key = (main_modality(study.modalities), study.tier)
        studies[key] += 1
        instances[key] += study.instance_count
        octets[key] += study.size_bytes
    StorageDay.objects.filter(day=day).delete()
    StorageDay.objects.bulk_create(
        StorageDay(
            day=day, modality=modality, tier=tier, studies=count, instances=instances[modality, tier], size_bytes=octets[modality, tier]
        )
        for (modality, tier), count in studies.items()
    )


def days_recount(limit: int = 40) -> int:
    """Count the days since the last one that was counted, it and today among them, and those that changed; returns how many."""
    today = timezone.localdate()
    with duty("days") as held:
        if held is None:
            return 0
        last = dt.date.fromisoformat(held.cursor) if held.cursor else _first_day(today)
        following = [last + dt.timedelta(days=count) for count in range(min(limit, (today - last).days + 1))]
        changed = list(StaleDay.objects.values_list("day", flat=True)[:limit])
        for day in sorted({*following, *changed}):
            StaleDay.objects.filter(day=day).delete()  # before it is counted: what changes meanwhile makes it stale again
            day_count(day=day)
        held.cursor = following[-1].isoformat()
    return len(following) + len(changed)


def _first_day(today: dt.date) -> dt.date:
    first = Study.objects.order_by("first_received_at").values_list("first_received_at", flat=True).first()
    return timezone.localdate(first) if first else today


@dataclass(frozen=True)
class Growth:
    modality: str
    bytes_a_day: int
    studies_a_day: float


def growth() -> list[Growth]:
    """What came a day, by modality, over the last whole days (at most 30), the largest first."""
    today = timezone.localdate()
    first = StorageDay.objects.filter(day__gte=today - dt.timedelta(days=GROWTH_DAYS)).order_by("day").values_list("day", flat=True).first()
    if first is None:
        return []
    days = max(1, (today - first).days)
    until = today if first < today else today + dt.timedelta(days=1)
    rows = (
        StorageDay.objects.filter(day__gte=first, day__lt=until)
        .values("modality")
        .annotate(octets=Sum("size_bytes"), studies_=Sum("studies"))
    )
    found = [Growth(row["modality"], row["octets"] // days, row["studies_"] / days) for row in rows]
    return sorted(found, key=lambda row: -row.bytes_a_day)


def held_by_tier() -> dict[str, dict[str, int]]:
    """What lies in each tier, by the counted days."""
    rows = StorageDay.objects.values("tier").annotate(octets=Sum("size_bytes"), studies_=Sum("studies"), instances_=Sum("instances"))
    return {row["tier"]: {"bytes": row["octets"], "studies": row["studies_"], "instances": row["instances_"]} for row in rows}


def full_on(free: int | None, bytes_a_day: int) -> dt.date | None:
    """The day on which `free` bytes are used up at this growth; None when that cannot be told or is very far."""
    if free is None or bytes_a_day <= 0 or free // bytes_a_day > FAR:
        return None
    return timezone.localdate() + dt.timedelta(days=free // bytes_a_day)
