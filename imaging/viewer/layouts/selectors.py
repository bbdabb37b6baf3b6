"""How a person left the images."""

from typing import Any

from imaging.access.policy import Person
from imaging.archive.models import Study
from imaging.viewer.models import ReadingLayout

SCREENS = range(1, 5)


def layout_of(*, user: Person, study: Study, screen: int) -> dict[str, Any] | None:
    """The arrangement that `user` left on that screen, if any."""
    return ReadingLayout.objects.filter(person=user.pk, study=study, screen=screen).values_list("arrangement", flat=True).first()
