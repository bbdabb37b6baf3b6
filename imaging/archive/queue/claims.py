"""Who is at a question of the queue: whoever opens it first, until they decide, leave it for a while, or somebody takes it over."""

import datetime as dt

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.archive.models import IntegrityCase
from imaging.common.errors import Conflict
from imaging.common.live import announce


def holder_of(case: IntegrityCase) -> User | None:
    """Who is at it now; nobody once it is settled or was left alone for long."""
    if case.resolved_at is not None or case.claimed_by is None or case.claimed_at is None:
        return None
    return case.claimed_by if timezone.now() - case.claimed_at < dt.timedelta(seconds=settings.CASE_CLAIM_SECONDS) else None


def is_held_by_other(case: IntegrityCase, user: User) -> bool:
    holder = holder_of(case)
    return holder is not None and holder.pk != user.pk


@transaction.atomic
def case_claim(*, user: User, case: IntegrityCase, take_over: bool = False) -> IntegrityCase:
    """`user` is at this case from now on. Somebody else's stays theirs unless `take_over`. Raises Forbidden."""
    require(user, Act.ARCHIVE_RECONCILE)
    locked = IntegrityCase.objects.select_for_update(of=("self",)).select_related("claimed_by").get(pk=case.pk)
    if locked.resolved_at is None and (take_over or not is_held_by_other(locked, user)):
        was_theirs = holder_of(locked) == user
        locked.claimed_by, locked.claimed_at = user, timezone.now()
        locked.save(update_fields=["claimed_by", "claimed_at"])
        if not was_theirs:
            announce("unmatched")
    case.claimed_by, case.claimed_at = locked.claimed_by, locked.claimed_at
    return locked


def claim_check(case: IntegrityCase, user: User) -> None:
    """Raises Conflict when somebody else is at it."""
    holder = holder_of(case)
    if holder is not None and holder.pk != user.pk:
        raise Conflict(_("%(who)s is at this case. Take it over first, or leave it to them.") % {"who": holder.label})
