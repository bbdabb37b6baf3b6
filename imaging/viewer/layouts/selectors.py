"""How a person left the images."""

from collections.abc import Container
from typing import Any

from imaging.access.policy import Person
from imaging.archive.models import Study
from imaging.viewer.looks import MOST_PANES
from imaging.viewer.models import ReadingLayout

SCREENS = range(1, 5)


def layout_of(*, user: Person, study: Study, screen: int) -> dict[str, Any] | None:
    """The arrangement that `user` left on that screen, if any."""
    return ReadingLayout.objects.filter(person=user.pk, study=study, screen=screen).values_list("arrangement", flat=True).first()


def looked_at(arrangement: dict[str, Any] | None, keys: Container[str]) -> str:
    """The key of the display set that was looked at in an arrangement, or of the first that is still among `keys`; empty where none is.

    Earlier versions kept whatever any client sent: nothing is believed of its form.
    """
    panes = arrangement.get("panes") if arrangement else None
    if not isinstance(panes, list):
        return ""
    shown = [pane.get("set") if isinstance(pane, dict) else None for pane in panes[:MOST_PANES]]
    active = arrangement.get("active") if arrangement else None
    first = [shown[active]] if type(active) is int and 0 <= active < len(shown) else []
    return next((key for key in (*first, *shown) if isinstance(key, str) and key in keys), "")
