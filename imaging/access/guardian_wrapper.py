"""The only module that calls django-guardian: object permissions are given, taken and asked for here."""

from typing import Any, cast

from django.db.models import Model, QuerySet
from guardian.shortcuts import assign_perm, get_objects_for_user, get_users_with_perms, remove_perm

from imaging.access.models import User


def grant(*, user: User, permission: str, to: Model) -> None:
    """Give `user` the object permission (`imaging.codename`) on `to`."""
    assign_perm(permission, user, to)


def revoke(*, user: User, permission: str, to: Model) -> None:
    remove_perm(permission, user, to)


def objects_granted(*, user: User, permission: str, model: type[Model]) -> QuerySet[Any]:
    """The rows of `model` on which `user` holds the object permission; superuser status counts for nothing here."""
    return get_objects_for_user(user, permission, model, with_superuser=False, accept_global_perms=False)


def users_granted(*, permission: str, on: Model) -> QuerySet[User]:
    codename = permission.rpartition(".")[2]
    return cast("QuerySet[User]", get_users_with_perms(on, only_with_perms_in=[codename], with_superusers=False))
