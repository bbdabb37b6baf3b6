"""Filters that a person has, and images that came after signing."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from imaging.access.models import User
from imaging.access.policy import require, roles_of
from imaging.access.roles import Act
from imaging.common.errors import NotFound
from imaging.orders.models import Exam
from imaging.orders.selectors import exams_visible_to
from reporting.reading.models import Audience, FirstList, LateImages, LateOutcome, ReadingFilter

MOST_LATE = 200


def filters_of(user: User) -> QuerySet[ReadingFilter]:
    """The filters that `user` may use: their own, and those shared with them. Raises Forbidden."""
    require(user, Act.REPORT_WRITE)
    shared = Q(audience__in=[Audience.EVERYBODY, *(role for role in roles_of(user) if role in Audience.values)], owner__is_active=True)
    return ReadingFilter.objects.filter(Q(owner=user) | shared, deleted_at=None).select_related("owner")


def filter_for(user: User, pk: int) -> ReadingFilter:
    """A filter that `user` may use. Raises Forbidden, NotFound."""
    found = filters_of(user).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such list."))
    return found


def own_filter_for(user: User, pk: int, *, is_deleted: bool = False) -> ReadingFilter:
    """A filter that is `user`'s own. Raises Forbidden, NotFound."""
    require(user, Act.REPORT_WRITE)
    found = ReadingFilter.objects.filter(owner=user, pk=pk, deleted_at__isnull=not is_deleted).first()
    if found is None:
        raise NotFound(_("There is no such list of yours."))
    return found


def first_list_of(user: User) -> ReadingFilter | None:
    """The filter with which the list opens for `user`; none when it was deleted or is shared with them no more."""
    chosen = FirstList.objects.filter(user=user).values("filter")
    return filters_of(user).filter(pk__in=chosen).first()


def late_images_for(user: User) -> QuerySet[LateImages]:
    """The tasks that wait, of exams that exist for `user`: the oldest first."""
    require(user, Act.REPORT_WRITE)
    seen = LateImages.objects.filter(outcome=LateOutcome.OPEN, exam__in=exams_visible_to(user).values("pk"))
    return seen.select_related("signer", "exam").order_by("first_at", "pk")


def late_images_of(exams: list[Exam]) -> dict[int, LateImages]:
    """The open task of each exam, by exam id."""
    rows = LateImages.objects.filter(exam__in=exams, outcome=LateOutcome.OPEN).select_related("signer")
    return {task.exam_id: task for task in rows}


def late_for(user: User, pk: int) -> LateImages:
    """One task, of an exam that exists for `user`. Raises Forbidden, NotFound."""
    require(user, Act.REPORT_SIGN)
    found = LateImages.objects.filter(exam__in=exams_visible_to(user).values("pk"), pk=pk).select_related("exam__patient").first()
    if found is None:
        raise NotFound(_("There is no such task."))
    return found
