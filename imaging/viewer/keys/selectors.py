"""Which keys and mouse buttons do what, for whom."""

from dataclasses import dataclass

from django.db.models import Q

from imaging.access.policy import Person
from imaging.viewer.keys.acts import keys_merged, tools_merged
from imaging.viewer.keys.models import KeySet

Layers = tuple[list[dict[str, str]], list[dict[str, str]]]


@dataclass(frozen=True)
class InUse:
    """Every act's key and every mouse button's tool; whether the person changed anything."""

    keys: dict[str, str]
    tools: dict[str, str]
    is_changed: bool


def keys_in_use(user: Person, *, for_department: bool = False) -> InUse:
    """What applies to `user`, or to everybody who changed nothing: one question."""
    whose = Q(is_department=True) if for_department else Q(is_department=True) | Q(owner=user.pk)
    rows = sorted(KeySet.objects.filter(whose), key=lambda row: not row.is_department)
    keys, tools = keys_merged(*(row.keys for row in rows)), tools_merged(*(row.tools for row in rows))
    return InUse(keys, tools, any(row.is_department == for_department for row in rows))


def layers_under(for_department: bool) -> Layers:
    """What lies under a set: nothing under the department's, that under a person's."""
    rows = [] if for_department else list(KeySet.objects.filter(is_department=True))
    return [row.keys for row in rows], [row.tools for row in rows]
