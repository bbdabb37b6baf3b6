"""Setting up routing rules, and saying in words what one does."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from imaging.access.audit import audit_record
from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.archive.search.matching import match
from imaging.archive.search.query_keys import Kind, Level, find_key
from imaging.common.errors import InvalidInput, WrongState
from imaging.common.live import announce
from imaging.dimse.models import RemoteNode
from imaging.orders.models import Department, Priority
from imaging.routing.models import WAITING, RoutingRule, RuleMoment, TransferJob, TransferState

RULE_FIELDS = (
    "name", "position", "is_active", "moment", "at_time", "conditions", "source_ae_titles", "departments", "priorities", "is_protected",
    "is_signed", "sends_whole_study", "asks_commitment", "priority", "days", "window_from", "window_to",
)  # fmt: skip
MOST_CONDITIONS = 10
WEEKDAYS = {str(number + 1): name for number, name in WEEKDAYS_ABBR.items()}


@transaction.atomic
def rule_save(*, user: User, rule: RoutingRule, nodes: Iterable[RemoteNode], door: str = "page") -> RoutingRule:
    """Set up a rule, or change one. Raises Forbidden, or InvalidInput naming the field at fault."""
    require(user, Act.TRANSFER_MANAGE)
    chosen = list(nodes)
    rule_check(rule, chosen)
    before = RoutingRule.objects.filter(pk=rule.pk).values(*RULE_FIELDS).first() or {}
    rule.author = user
    rule.save()
    rule.nodes.set(chosen)
    after = {name: getattr(rule, name) for name in RULE_FIELDS}
    changed = {name: str(value) for name, value in after.items() if before.get(name) != value}
    audit_record(act="transfer.rule", door=door, user=user, rule=rule.pk, changed=changed, nodes=[node.ae_title for node in chosen])
    announce("transfers")
    return rule


@transaction.atomic
def rule_delete(*, user: User, rule: RoutingRule, stops_transfers: bool = False, door: str = "page") -> RoutingRule:
    """Take a rule away; it stays for what its transfers say, and can be restored. `stops_transfers`: those that have not ended stop too.

    Raises Forbidden, WrongState when it is deleted already.
    """
    require(user, Act.TRANSFER_MANAGE)
    locked = RoutingRule.objects.select_for_update().get(pk=rule.pk)
    if locked.deleted_at is not None:
        raise WrongState(_("This rule is deleted already."))
    locked.deleted_at, locked.deleted_by = timezone.now(), user
    locked.save(update_fields=["deleted_at", "deleted_by"])
    stopped = _stop_transfers(locked) if stops_transfers else 0
    audit_record(act="transfer.rule_delete", door=door, user=user, rule=locked.pk, name=locked.name, stopped=stopped)
    announce("transfers")
    return locked


def _stop_transfers(rule: RoutingRule) -> int:
    """Those that wait end at once, those that run after the object at hand."""
    waiting = TransferJob.objects.filter(rule=rule, state__in=WAITING)
    stopped = waiting.update(state=TransferState.CANCELLED, cancel_requested=True, finished_at=timezone.now())
    return stopped + TransferJob.objects.filter(rule=rule, state=TransferState.RUNNING).update(cancel_requested=True)


@transaction.atomic
def rule_restore(*, user: User, rule: RoutingRule, door: str = "page") -> RoutingRule:
    """Have a deleted rule back as it was, in force or off. Raises Forbidden, WrongState when it is not deleted."""
    require(user, Act.TRANSFER_MANAGE)
    locked = RoutingRule.objects.select_for_update().get(pk=rule.pk)
    if locked.deleted_at is None:
        raise WrongState(_("This rule is not deleted."))
    locked.deleted_at = locked.deleted_by = None
    locked.save(update_fields=["deleted_at", "deleted_by"])
    audit_record(act="transfer.rule_restore", door=door, user=user, rule=locked.pk, name=locked.name)
    announce("transfers")
    return locked


def rule_check(rule: RoutingRule, nodes: list[RemoteNode]) -> None:
    """Raises InvalidInput naming the field at fault."""
    try:
        rule.clean_fields(exclude=["author"])
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise InvalidInput(messages[0], field=name) from error
    if not nodes:
        raise InvalidInput(_("Say where the images go."), field="nodes")
    if rule.moment == RuleMoment.DAILY and rule.at_time is None:
        raise InvalidInput(_("Say at what time."), field="at_time")
    if (rule.window_from is None) != (rule.window_to is None):
        raise InvalidInput(_("Give both times, or none."), field="window_to")
    if set(rule.days) - set("1234567"):
        raise InvalidInput(_("Days are 1 (Monday) to 7 (Sunday)."), field="days")
    _check_words(rule.priorities.lower().split(), Priority.values, "priorities")
    known = {code.upper() for code in Department.objects.values_list("code", flat=True)} if rule.departments else set()
    _check_words(rule.departments.upper().split(), known, "departments")
    _check_conditions(rule.conditions)


def _check_words(words: list[str], known: Iterable[str], field: str) -> None:
    for word in words:
        if word not in known:
            raise InvalidInput(_("There is no “%(word)s”.") % {"word": word}, field=field)


def _check_conditions(conditions: Any) -> None:
    if not isinstance(conditions, list) or len(conditions) > MOST_CONDITIONS:
        raise InvalidInput(_("At most %(number)s attributes.") % {"number": MOST_CONDITIONS}, field="conditions")
    for pair in conditions:
        if not (isinstance(pair, list | tuple) and len(pair) == 2 and all(isinstance(part, str) for part in pair)):
            raise InvalidInput(_("An attribute is a keyword and a value."), field="conditions")
        key = find_key(pair[0])
        if key is None or key.kind is Kind.COUNT:
            raise InvalidInput(_("“%(word)s” is no attribute that is indexed.") % {"word": pair[0]}, field="conditions")
        match(key, pair[1], Level.INSTANCE)


def rule_says(rule: RoutingRule) -> str:
    """What a rule is for, and when it acts, in one line."""
    parts = [str(rule.get_moment_display())]
    parts += [time_format(rule.at_time, "H:i")] if rule.moment == RuleMoment.DAILY and rule.at_time else []
    parts += [f"{name} = {value}" for name, value in rule.conditions]
    parts += [_("sent by %(titles)s") % {"titles": rule.source_ae_titles}] if rule.source_ae_titles else []
    parts += [_("departments %(codes)s") % {"codes": rule.departments}] if rule.departments else []
    parts += [", ".join(str(Priority(word).label) for word in rule.priorities.split())] if rule.priorities else []
    parts += [{"yes": _("protected patients only"), "no": _("no protected patients")}[rule.is_protected]] if rule.is_protected else []
    parts += [{"yes": _("signed only"), "no": _("unsigned only")}[rule.is_signed]] if rule.is_signed else []
    parts += [] if rule.sends_whole_study else [_("only the images that fit")]
    parts += [", ".join(str(WEEKDAYS[day]) for day in rule.days)] if rule.days else []
    if rule.window_from and rule.window_to:
        hours = {"first": time_format(rule.window_from, "H:i"), "last": time_format(rule.window_to, "H:i")}
        parts.append(_("from %(first)s to %(last)s") % hours)
    return " · ".join(parts)
