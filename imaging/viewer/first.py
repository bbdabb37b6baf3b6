"""What the viewer shows first of a study, in the order in which it decides itself (static/viewer/src/keeping/opening.ts)."""

from typing import Any

from imaging.access.policy import Person
from imaging.archive.models import Study
from imaging.viewer.hanging.opening import first_hung
from imaging.viewer.layouts.selectors import layout_of, looked_at


def first_shown(*, user: Person, study: Study, sets: list[dict[str, Any]]) -> str:
    """The key of the one of `sets`, those of `study`, that `user` will look at first on the first screen.

    As they left it, else by the first hanging protocol that fits; empty where the viewer takes the usual one.
    """
    left = looked_at(layout_of(user=user, study=study, screen=1), {one["key"] for one in sets})
    return left or first_hung(user=user, study=study, sets=sets)
