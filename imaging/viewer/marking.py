"""What holds for every mark, on a picture or on a cut plane: whose it is, and which of its changes counts."""

import time
import uuid
from typing import Any, TypeVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.models import User
from imaging.archive.models import Instance, Study
from imaging.common.errors import Conflict, Forbidden, NotFound

LARGEST_REVISION = 2**53 - 1
"""The largest whole number that every program that reads JSON holds."""
LARGEST = 1e15
"""No scanner counts further; Becquerels of a whole body are far below."""

M = TypeVar("M", bound=models.Model)


def mark_keep(
    kind: type[M], *, user: User, uid: uuid.UUID, study: Study, revision: int | None, is_removed: bool, values: dict[str, Any]
) -> M:
    """Keep a mark, its change, or that it was taken away; the same one sent twice is kept once.

    A mark that is taken away is kept as well: what was sent before that and comes in later does not bring it back. `revision`: the number
    of the change, higher than that of every change that was known where it was made (None: whatever was there). Of two changes the higher
    one counts, in whatever order they come. Raises Forbidden when somebody else made the mark, Conflict when a higher one is kept.
    To be called within a transaction.
    """
    given = {"study": study, "author": user, "revision": revision_next(0) if revision is None else revision, **values}
    # Two that come at once meet at the unique name: one makes the mark, the other waits and changes it.
    mark, is_new = kind._default_manager.select_for_update().get_or_create(uid=uid, defaults={**given, **_moments(is_removed)})
    if is_new or not _is_change(mark, user, study, revision):
        return mark
    _set(mark, {**given, "revision": revision_next(mark.revision) if revision is None else revision, **_moments(is_removed)})  # type: ignore[attr-defined]
    mark.save()
    return mark


def mark_take_away(kind: type[models.Model], *, user: User, uid: uuid.UUID, study: Study) -> None:
    """Take away a mark that is here; asking again changes nothing. Raises Forbidden. To be called within a transaction."""
    mark = kind._default_manager.select_for_update().filter(uid=uid, study=study, removed_at=None).first()
    if mark is None:
        return
    _is_change(mark, user, study, None)
    _set(mark, {"revision": revision_next(mark.revision), **_moments(True)})  # type: ignore[attr-defined]
    mark.save(update_fields=["revision", "changed_at", "removed_at"])


def revision_next(before: int) -> int:
    """The number of a change that nobody numbered: as viewers do, the milliseconds of the clock, and above the one `before`."""
    return min(LARGEST_REVISION, max(time.time_ns() // 1_000_000, before + 1))


def frame_check(instance: Instance, frame: int) -> None:
    """Raises NotFound for a frame that `instance` does not have."""
    if not 1 <= frame <= max(1, instance.number_of_frames):
        raise NotFound(_("This object has no frame %(number)s.") % {"number": frame})


def _moments(is_removed: bool) -> dict[str, Any]:
    now = timezone.now()
    return {"changed_at": now, "removed_at": now if is_removed else None}


def _set(mark: models.Model, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(mark, name, value)


def _is_change(mark: models.Model, user: User, study: Study, revision: int | None) -> bool:
    if mark.author_id != user.pk or mark.study_id != study.pk:  # type: ignore[attr-defined]
        raise Forbidden(_("Only who made a measurement may change it."))
    if revision is not None and revision < mark.revision:  # type: ignore[attr-defined]
        raise Conflict(_("This measurement was changed since."))
    return revision != mark.revision  # type: ignore[attr-defined]
