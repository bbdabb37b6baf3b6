"""What holds for every mark, on a picture or on a cut plane: whose it is, and which of its changes counts."""

import datetime as dt
import uuid
from typing import Any, TypeVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.models import User
from imaging.archive.models import Instance, Study
from imaging.common.errors import Conflict, Forbidden, NotFound

LATENESS = dt.timedelta(minutes=5)
"""Moments are told by age, to which the time is missing that a request waited in the server. No request waits this long; what waited in a
browser for somebody to come back waits longer."""
LARGEST = 1e15
"""No scanner counts further; Becquerels of a whole body are far below."""

M = TypeVar("M", bound=models.Model)


def mark_keep(kind: type[M], *, user: User, uid: uuid.UUID, study: Study, made_at: dt.datetime | None, values: dict[str, Any]) -> M:
    """Keep a mark, or its change; the same one sent twice is kept once. `made_at`: when its reader did so (None: now).

    Raises Forbidden when somebody else made it, Conflict when it was changed or taken away since. To be called within a transaction.
    """
    found = kind._default_manager.select_for_update().filter(uid=uid).first()
    mark = kind(uid=uid, study=study, author=user) if found is None else _changeable(found, user, study, made_at)
    for name, value in values.items():
        setattr(mark, name, value)
    mark.changed_at, mark.removed_at = made_at or timezone.now(), None  # type: ignore[attr-defined]
    mark.save()
    return mark


def mark_take_away(kind: type[models.Model], *, user: User, uid: uuid.UUID, study: Study, made_at: dt.datetime | None) -> None:
    """Take a mark away; asking again changes nothing. Raises Forbidden and Conflict as `mark_keep`. To be called within a transaction."""
    found = kind._default_manager.select_for_update().filter(uid=uid, study=study).first()
    if found is None or found.removed_at is not None:  # type: ignore[attr-defined]
        return
    mark = _changeable(found, user, study, made_at)
    mark.changed_at = mark.removed_at = made_at or timezone.now()  # type: ignore[attr-defined]
    mark.save(update_fields=["changed_at", "removed_at"])


def frame_check(instance: Instance, frame: int) -> None:
    """Raises NotFound for a frame that `instance` does not have."""
    if not 1 <= frame <= max(1, instance.number_of_frames):
        raise NotFound(_("This object has no frame %(number)s.") % {"number": frame})


def _changeable(mark: M, user: User, study: Study, made_at: dt.datetime | None) -> M:
    if mark.author_id != user.pk or mark.study_id != study.pk:  # type: ignore[attr-defined]
        raise Forbidden(_("Only who made a measurement may change it."))
    if made_at and made_at + LATENESS < mark.changed_at:  # type: ignore[attr-defined]
        raise Conflict(_("This measurement was changed since at another computer."))
    return mark
