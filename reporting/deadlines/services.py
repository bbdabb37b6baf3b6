"""Keeping the rules by which reports are due."""

import re

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.audit import audit_record
from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.common.errors import InvalidInput, WrongState
from imaging.common.live import announce
from reporting.deadlines.models import DeadlineRule

RULE_FIELDS = ("patient_class", "priority", "modalities", "minutes", "in_working_time")
MODALITY = re.compile(r"[A-Z]{2,16}")  # a code string of Modality (0008,0060)


@transaction.atomic
def deadline_save(*, user: User, rule: DeadlineRule, door: str = "page") -> DeadlineRule:
    """Set up a rule, or change one. Raises Forbidden, or InvalidInput naming the field at fault."""
    require(user, Act.READING_SETUP)
    rule.modalities = " ".join(sorted(set(rule.modalities.upper().replace(",", " ").split())))
    _check(rule)
    before = DeadlineRule.objects.select_for_update().filter(pk=rule.pk).values(*RULE_FIELDS).first() or {}
    rule.author = user
    rule.save()
    changed = {name: str(value) for name in RULE_FIELDS if before.get(name) != (value := getattr(rule, name))}
    audit_record(act="reading.deadline", door=door, user=user, rule=rule.pk, changed=changed, was={k: str(v) for k, v in before.items()})
    announce("reading")
    return rule


@transaction.atomic
def deadline_delete(*, user: User, rule: DeadlineRule, door: str = "page") -> DeadlineRule:
    """Take a rule away; it can be restored. Raises Forbidden, WrongState when it is deleted already."""
    require(user, Act.READING_SETUP)
    return _set_deleted(user, rule, True, door)


@transaction.atomic
def deadline_restore(*, user: User, rule: DeadlineRule, door: str = "page") -> DeadlineRule:
    """Have a deleted rule back. Raises Forbidden, WrongState when it is not deleted, InvalidInput when another took its place."""
    require(user, Act.READING_SETUP)
    _require_alone(rule)
    return _set_deleted(user, rule, False, door)


def _set_deleted(user: User, rule: DeadlineRule, is_deleted: bool, door: str) -> DeadlineRule:
    locked = DeadlineRule.objects.select_for_update().get(pk=rule.pk)
    if (locked.deleted_at is not None) == is_deleted:
        raise WrongState(_("This rule is deleted already.") if is_deleted else _("This rule is not deleted."))
    locked.deleted_at = timezone.now() if is_deleted else None
    locked.save(update_fields=["deleted_at", "changed_at"])
    act = "reading.deadline_delete" if is_deleted else "reading.deadline_restore"
    audit_record(act=act, door=door, user=user, rule=locked.pk, name=str(locked), minutes=locked.minutes)
    announce("reading")
    return locked


def _check(rule: DeadlineRule) -> None:
    for word in rule.modalities.split():
        if not MODALITY.fullmatch(word):
            raise InvalidInput(_("“%(word)s” is no modality; they are written as CT MR.") % {"word": word}, field="modalities")
    try:
        rule.clean_fields(exclude=["author"])
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise InvalidInput(messages[0], field=name) from error
    _require_alone(rule)


def _require_alone(rule: DeadlineRule) -> None:
    same = {"patient_class": rule.patient_class, "priority": rule.priority, "modalities": rule.modalities}
    if DeadlineRule.objects.filter(deleted_at=None, **same).exclude(pk=rule.pk).exists():
        raise InvalidInput(_("There is a rule for the same exams already: change that one."), field="modalities")
