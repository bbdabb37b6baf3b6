"""The one policy: may this person do this act? Every door asks here, and the answer can explain itself.

What may be seen of one patient is answered by `imaging.patients.protection` and by the selectors built on it.
"""

from typing import TYPE_CHECKING, Union

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _

from imaging.access.roles import HOME, OWN_PATIENTS_ONLY, ROLE_ACTS, Act, Role
from imaging.common.errors import Forbidden

if TYPE_CHECKING:
    from imaging.access.models import User

Person = Union["User", AnonymousUser]


def roles_of(user: Person) -> frozenset[str]:
    """The roles of `user`; none for somebody not signed in or switched off."""
    return getattr(user, "roles", frozenset()) if user.is_authenticated and user.is_active else frozenset()


def acts_of(user: Person) -> frozenset[Act]:
    """Everything that `user` may do by any of their roles."""
    return frozenset().union(*(ROLE_ACTS.get(role, frozenset()) for role in roles_of(user)))


def may(user: Person, act: Act) -> bool:
    """Whether `user` may do `act` at all; on whom is for the selectors to say."""
    return act in acts_of(user)


def only_own_patients(user: Person, act: Act) -> bool:
    """Whether every role by which `user` may do `act` is bounded to the patients whom they referred; another role beside it, that may
    not do `act`, widens nothing."""
    by = {role for role in roles_of(user) if act in ROLE_ACTS[role]}
    return by <= OWN_PATIENTS_ONLY


def who_may(act: Act) -> list[str]:
    """The roles that may do `act`, as people call them."""
    return [str(Role(role).label) for role, acts in ROLE_ACTS.items() if act in acts]


def why_not(act: Act) -> str:
    """What is said to somebody whose roles do not include `act`."""
    return _("Your role does not include: %(act)s. Who may: %(roles)s.") % {"act": act.label, "roles": ", ".join(who_may(act))}


def require(user: Person, act: Act) -> None:
    """Raises Forbidden, saying who may do it, unless `user` may do `act`."""
    if not may(user, act):
        raise Forbidden(why_not(act))


def home_of(user: Person) -> str:
    """The page on which the day of `user` begins."""
    return next((HOME[role] for role in Role.values if role in roles_of(user)), "/no-role/")
