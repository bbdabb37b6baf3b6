"""Keeping how somebody left the images of an exam, on each of their screens."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.archive.models import Study
from imaging.orders.models import Exam
from imaging.viewer.layouts.rules import arrangement_read
from imaging.viewer.models import ReadingLayout


@transaction.atomic
def layout_keep(*, user: User, study: Study, screen: int, arrangement: dict[str, Any]) -> None:
    """Keep `arrangement` in place of the one before. What this person left elsewhere too long ago is forgotten when a new one begins.

    Raises Forbidden for a role that sees no images, InvalidInput for what no viewer arranges.
    """
    require(user, Act.IMAGES_VIEW)
    kept = arrangement_read(arrangement)
    _, is_new = ReadingLayout.objects.update_or_create(person=user, study=study, screen=screen, defaults={"arrangement": kept})
    if is_new:
        oldest = timezone.now() - dt.timedelta(days=settings.VIEWER_LAYOUT_DAYS)
        ReadingLayout.objects.filter(person=user, changed_at__lt=oldest).delete()


@transaction.atomic
def layout_forget(*, user: User, study: Study, screen: int) -> None:
    """The images of `study` hang afresh the next time; said twice changes nothing. Raises Forbidden for a role that sees no images."""
    require(user, Act.IMAGES_VIEW)
    ReadingLayout.objects.filter(person=user, study=study, screen=screen).delete()


def layouts_forget(*, exam: Exam) -> None:
    """The exam is signed: nobody goes on with it where they left."""
    ReadingLayout.objects.filter(study__exam=exam).delete()
