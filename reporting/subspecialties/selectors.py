"""Which subspecialties there are, which exams belong to them, and who reads them."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from imaging.access.models import User
from imaging.access.policy import Person, require
from imaging.access.roles import ROLE_ACTS, Act
from imaging.common.errors import NotFound
from imaging.orders.models import Exam
from reporting.subspecialties.models import Subspecialty

MINE = "mine"
DELETED_SHOWN = 10


def subspecialties_now() -> QuerySet[Subspecialty]:
    """Those in use: everybody who reads chooses among them."""
    return Subspecialty.objects.filter(deleted_at=None).order_by("pk")


def exams_of(codes: Sequence[str], user: Person) -> Q:
    """A filter for exams of these subspecialties. `mine` stands for those that `user` reads; who reads none reads all."""
    wanted = Q(code__in=codes)
    if MINE in codes and user.is_authenticated:
        own = subspecialties_now().filter(readers=user)
        if not own.exists():
            return Q()
        wanted |= Q(pk__in=own.values("pk"))
    found = Q(pk__in=[])
    for one in subspecialties_now().filter(wanted):
        found |= Q(procedure__body_part__in=one.body_part_list) | Q(modality__in=one.modality_list)
        found |= Q(procedure__code__in=one.procedure_list)
    return found


def subspecialties_of(exam: Exam) -> list[Subspecialty]:
    """The subspecialties that an exam belongs to."""
    procedure = exam.procedure
    return [
        one
        for one in subspecialties_now()
        if procedure.body_part in one.body_part_list or exam.modality in one.modality_list or procedure.code in one.procedure_list
    ]


def readers() -> QuerySet[User]:
    """Everybody who writes reports, by name."""
    roles = [role for role, acts in ROLE_ACTS.items() if Act.REPORT_WRITE in acts]
    reading = User.objects.filter(groups__name__in=roles, is_active=True).distinct()
    return reading.order_by("last_name", "first_name", "username")


def subspecialties_shown(user: Person) -> QuerySet[Subspecialty]:
    """For the page that keeps them. Raises Forbidden."""
    require(user, Act.READING_SETUP)
    return subspecialties_now().select_related("author").prefetch_related("readers")


def subspecialties_deleted(user: Person) -> QuerySet[Subspecialty]:
    """Those that were deleted last. Raises Forbidden."""
    require(user, Act.READING_SETUP)
    return Subspecialty.objects.exclude(deleted_at=None).order_by("-deleted_at")[:DELETED_SHOWN]


def subspecialty_for(user: Person, pk: int, *, is_deleted: bool = False) -> Subspecialty:
    """One of them. Raises Forbidden, NotFound."""
    require(user, Act.READING_SETUP)
    found = Subspecialty.objects.filter(pk=pk, deleted_at__isnull=not is_deleted).first()
    if found is None:
        raise NotFound(_("There is no such subspecialty."))
    return found
