"""Rules at work: every study is looked at again and again, some at each turn, so that the cost of a turn does not grow with the archive."""

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.archive.life.deletion import item_add, rule_proposal
from imaging.archive.life.duties import duty, round_begin, round_end
from imaging.archive.life.holds import holds_on
from imaging.archive.life.hours import hours_of
from imaging.archive.life.models import DeletionItem, ItemState, RuleKind, StorageRule, TaskKind
from imaging.archive.life.retention import is_of_kind, retention_of, study_day
from imaging.archive.life.work import compressed_until, task_add
from imaging.archive.models import Study
from imaging.archive.places import places

LOOKED_AT = 1000
# A study that a person took off a list is not proposed again so soon.
KEPT_DAYS = 365


@dataclass
class Turn:
    """What one turn knows: the rules in force, how full each tier is, and which of its studies were compressed when."""

    rules: list[StorageRule]
    percent: dict[str, int | None]
    compressed: dict[int, dt.datetime] = field(default_factory=dict)
    settled: set[int] = field(default_factory=set)


def rules_in_force() -> QuerySet[StorageRule]:
    return StorageRule.objects.filter(is_active=True).select_related("author").order_by("pk")


def rules_run() -> int:
    """Look at the next studies; returns how many were."""
    with duty("rules") as held:
        if held is None:
            return 0
        round_begin(held)
        rows = Study.objects.filter(pk__gt=int(held.cursor or 0), instance_count__gt=0).select_related("matched_patient", "exam__order")
        studies = list(rows.order_by("pk")[:LOOKED_AT])
        turn = turn_begin(studies)
        for study in studies:
            study_apply(study=study, turn=turn)
        held.cursor = str(studies[-1].pk) if studies else ""
        if len(studies) < LOOKED_AT:
            round_end(held)
        return len(studies)


def turn_begin(studies: list[Study]) -> Turn:
    keys = [study.pk for study in studies]
    kept_since = timezone.now() - dt.timedelta(days=KEPT_DAYS)
    items = DeletionItem.objects.filter(study__in=keys)
    settled = items.filter(state=ItemState.WAITING) | items.filter(
        state=ItemState.KEPT, decided_by__isnull=False, decided_at__gte=kept_since
    )
    return Turn(
        list(rules_in_force()), {name: place.room().percent for name, place in places().items()}, compressed_until(keys),
        {key for (key,) in settled.values_list("study_id")},
    )  # fmt: skip


def study_apply(*, study: Study, turn: Turn) -> None:
    """Let the rules act on one study: the first that moves it, the first that compresses it, and its retention."""
    if deletion_due(study, turn) is not None:
        return
    for rule in turn.rules:
        if rule.kind == RuleKind.COMPRESS and compresses(study, rule, turn):
            task_add(study=study, kind=TaskKind.COMPRESS, rule=rule, reason=rule.name)
            break
    for rule in turn.rules:
        if rule.kind == RuleKind.MOVE and moves(study, rule, turn):
            task_add(study=study, kind=TaskKind.MOVE, tier_to=rule.tier_to, rule=rule, reason=rule.name)
            break


def compresses(study: Study, rule: StorageRule, turn: Turn) -> bool:
    done = turn.compressed.get(study.pk)
    return (done is None or done < study.last_received_at) and is_of_kind(study, rule) and is_old_enough(study, rule)


def moves(study: Study, rule: StorageRule, turn: Turn) -> bool:
    if study.tier == rule.tier_to or rule.tier_to not in turn.percent or (rule.tier_from and study.tier != rule.tier_from):
        return False
    if rule.fuller_than_percent is not None and (turn.percent.get(study.tier) or 0) <= rule.fuller_than_percent:
        return False
    return is_of_kind(study, rule) and is_old_enough(study, rule)


def is_old_enough(study: Study, rule: StorageRule) -> bool:
    """By the day of the study, and by when anybody looked last; who was never looked at counts from when it came. A study that came
    today rests: its images may still be arriving."""
    today = timezone.localdate()
    if study.last_received_at > timezone.now() - dt.timedelta(hours=1):
        return False
    if rule.age_days is not None and (today - study_day(study)).days < rule.age_days:
        return False
    seen = max(study.last_viewed_at or study.last_received_at, study.last_received_at)
    return rule.unviewed_days is None or (today - timezone.localdate(seen)).days >= rule.unviewed_days


def deletion_due(study: Study, turn: Turn) -> DeletionItem | None:
    """Propose the study for deletion when the longest rule that fits it has run out and nothing holds it."""
    if study.pk in turn.settled:
        return None
    kept = retention_of(study, turn.rules)
    if kept.rule is None or kept.until is None or kept.until > timezone.localdate() or holds_on(study).exists():
        return None
    turn.settled.add(study.pk)
    return item_add(proposal=rule_proposal(rule=kept.rule), study=study, reason=kept.reason)


def rule_preview(rule: StorageRule, limit: int = 2000) -> tuple[int, int, int]:
    """What `rule` would do to the newest studies: how many were looked at, how many it fits, and their bytes. Nothing is changed."""
    rows = Study.objects.filter(instance_count__gt=0).select_related("matched_patient", "exam__order").order_by("-pk")
    studies = list(rows[:limit])
    turn = turn_begin(studies)
    fitting = [study for study in studies if rule_fits(study, rule, turn)]
    return len(studies), len(fitting), sum(study.size_bytes for study in fitting)


def rule_fits(study: Study, rule: StorageRule, turn: Turn) -> bool:
    if rule.kind == RuleKind.COMPRESS:
        return compresses(study, rule, turn)
    if rule.kind == RuleKind.MOVE:
        return moves(study, rule, turn)
    others = [other for other in turn.rules if other.pk != rule.pk]
    kept = retention_of(study, [*others, rule])
    return kept.until is not None and kept.until <= timezone.localdate() and not holds_on(study).exists()


def rule_says(rule: StorageRule) -> str:
    """The rule as one sentence."""
    parts = [rule.modalities or _("all modalities")]
    parts += [_("patient class %(classes)s") % {"classes": rule.patient_classes}] if rule.patient_classes else []
    parts += [_("at least %(size)s MB") % {"size": rule.min_size_mb}] if rule.min_size_mb else []
    parts += [_("%(days)s days after the study") % {"days": rule.age_days}] if rule.age_days is not None else []
    parts += [_("not looked at for %(days)s days") % {"days": rule.unviewed_days}] if rule.unviewed_days is not None else []
    parts += [_("while the tier is fuller than %(percent)s %%") % {"percent": rule.fuller_than_percent}] if rule.fuller_than_percent else []
    parts += [_("from %(tier)s") % {"tier": rule.tier_from}] if rule.tier_from else []
    parts += [_("to %(tier)s") % {"tier": rule.tier_to}] if rule.tier_to else []
    parts += [_("after %(years)s years") % {"years": rule.keep_years}] if rule.keep_years else []
    parts += [_("children at least until %(age)s") % {"age": rule.child_keep_until_age}] if rule.child_keep_until_age else []
    hours = hours_of(rule) if rule.kind != RuleKind.DELETE else None
    parts += [_("works %(hours)s") % {"hours": hours}] if hours else []
    return " · ".join(parts)
