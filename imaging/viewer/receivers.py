"""Key images and measurements go with the series that they are on."""

from collections.abc import Sequence

from django.dispatch import receiver

from imaging.archive.events import series_moved
from imaging.archive.models import Series, Study
from imaging.viewer.models import Annotation, KeyImage


@receiver(series_moved)
def marks_follow(sender: object, *, series: Sequence[Series], study: Study, **_kwargs: object) -> None:
    for model in (KeyImage, Annotation):
        model.objects.filter(instance__series__in=series).update(study=study)
