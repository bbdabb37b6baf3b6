"""Measurements on cut planes, as the volume room and the documents take them."""

from django.db.models import QuerySet

from imaging.archive.models import Study
from imaging.viewer.planes.models import PlaneMark


def plane_marks_of(*, study: Study) -> QuerySet[PlaneMark]:
    """The measurements on planes through series of a study that nobody removed. The caller has made sure that the study may be seen."""
    return (
        PlaneMark.objects.filter(study=study, removed_at=None, instance__series__rejection=None)
        .select_related("study", "instance", "instance__series", "author")
        .order_by("id")
    )
