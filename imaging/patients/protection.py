"""Protected patients (VIP): who sees them, who sees only "Protected patient", and for whom they do not exist.

Sight is decided here once; pages, REST, QIDO, WADO, search counts and print ask these functions.
"""

import enum
from collections.abc import Collection

from django.db.models import Q

from imaging.access import guardian_wrapper
from imaging.access.models import User
from imaging.access.policy import Person, roles_of
from imaging.access.roles import HANDLERS
from imaging.patients.models import Patient

SEE_PROTECTED = "imaging.see_protected"


class Sight(enum.Enum):
    FULL = "full"
    MASKED = "masked"
    NONE = "none"


def on_access_list(user: User, patient: Patient) -> bool:
    return guardian_wrapper.objects_granted(user=user, permission=SEE_PROTECTED, model=Patient).filter(pk=patient.pk).exists()


def listed_on(patient: Patient) -> frozenset[int]:
    """The keys of everybody on the access list."""
    return frozenset(guardian_wrapper.users_granted(permission=SEE_PROTECTED, on=patient).values_list("pk", flat=True))


def sight_of(user: Person, patient: Patient, *, has_taken: bool = False, listed: Collection[int] | None = None) -> Sight:
    """How `user` sees `patient`. `has_taken`: they perform or read this very exam, which opens it to them. `listed`: the keys of who is on
    the access list, where that was asked for many people at once."""
    if not patient.is_protected or has_taken:
        return Sight.FULL
    if isinstance(user, User) and (on_access_list(user, patient) if listed is None else user.pk in listed):
        return Sight.FULL
    return Sight.MASKED if roles_of(user) & HANDLERS else Sight.NONE


def keeps_list(user: User, patient: Patient) -> bool:
    """Whether `user` may change who sees `patient`: whoever sees them in full; the first keeper where nobody is on the list yet.

    Otherwise anybody with the act could put themselves on the list. That they may do the act at all is for the policy to say.
    """
    if not patient.is_protected or on_access_list(user, patient):
        return True
    return not guardian_wrapper.users_granted(permission=SEE_PROTECTED, on=patient).exists()


def open_to(user: Person, path: str = "") -> Q:
    """A filter for rows whose patient (at `path`, e.g. "patient__") is not protected, or lists `user`.

    Only protected patients are looked through for that, which an index knows: a list of all would be read for every question.
    """
    listed = (
        guardian_wrapper.objects_granted(user=user, permission=SEE_PROTECTED, model=Patient)
        if isinstance(user, User)
        else Patient.objects.none()
    )
    key = f"{path}pk__in" if path.endswith("__") or not path else f"{path}__in"
    return Q(**{f"{path}is_protected": False}) | Q(**{key: listed.filter(is_protected=True).values("pk")})


def workable_by(user: Person, path: str = "") -> Q:
    """A filter for rows that `user` may see at least masked: everything for who handles exams, else what is open to them."""
    return Q() if roles_of(user) & HANDLERS else open_to(user, path)
