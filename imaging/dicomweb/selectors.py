"""Finding what a DICOMweb address names, among what the user may see. What may not be seen is not found.

A study is asked for frame by frame, so "may see" is remembered for a few seconds; "may not" never is.
"""

import time
from collections.abc import Iterable
from typing import TypeVar

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from imaging.access.policy import Person
from imaging.archive.models import Instance, Study
from imaging.archive.selectors import studies_visible_to
from imaging.common.dicom import is_uid
from imaging.common.errors import InvalidInput, NotFound
from imaging.common.memory import recall, remember
from imaging.common.plans import planned_once

# Large, and of no use to who reads images.
FOR_SEARCHES = ("series__attributes", "series__study__attributes")
Row = TypeVar("Row")


def checked_uid(value: str) -> str:
    """`value` if it is a UID. Raises InvalidInput before anything is looked up."""
    if not is_uid(value):
        raise InvalidInput(_("The address holds something that is not a UID."))
    return value


def visible_since(user: Person, study: Study) -> float | None:
    """When the one policy last said that `user` may see this study: now, or up to `DICOMWEB_OWNER_SECONDS` ago; None when it says no."""
    key = f"dicomweb-visible:{user.pk}:{study.pk}"
    since: float | None = recall(key)
    if since is not None:
        return since
    now = time.time()
    if not studies_visible_to(user).filter(pk=study.pk).exists():
        return None
    remember(key, settings.DICOMWEB_OWNER_SECONDS, now)
    return now


def study_get(*, user: Person, study: str, for_search: bool = False) -> Study:
    """The study, if `user` may see it; a search is asked once, not frame by frame, and asks for both together.

    Raises NotFound otherwise, whatever the reason.
    """
    if for_search:
        with planned_once():
            found = studies_visible_to(user).filter(study_instance_uid=checked_uid(study)).first()
    else:
        found = Study.objects.filter(study_instance_uid=checked_uid(study)).defer("attributes").first()
        found = found if found is not None and visible_since(user, found) is not None else None
    if found is None:
        raise NotFound(_("There is no such study."))
    return found


def instances_below(study: Study, series: str = "", instance: str = "") -> QuerySet[Instance]:
    """The instances below an address of `study`, in the order of series and image number."""
    found = Instance.objects.filter(series__study=study, series__rejection=None)
    if series:
        found = found.filter(series__series_instance_uid=checked_uid(series))
    if instance:
        found = found.filter(sop_instance_uid=checked_uid(instance))
    return found.order_by("series__series_number", "series_id", "instance_number", "id")


def present(found: Iterable[Row]) -> list[Row]:
    """All of them. Raises NotFound when there are none."""
    rows = list(found)
    if not rows:
        raise NotFound(_("There is nothing at this address."))
    return rows


def instances_in(*, user: Person, study: str, series: str = "", instance: str = "") -> QuerySet[Instance]:
    """The same with their series and study, if `user` may see it. Raises NotFound otherwise."""
    found = instances_below(study_get(user=user, study=study), series, instance)
    return found.select_related("series", "series__study").defer(*FOR_SEARCHES)


def instance_get(*, user: Person, study: str, series: str, instance: str) -> Instance:
    """One instance, if `user` may see it. Raises NotFound otherwise."""
    wanted = (checked_uid(study), checked_uid(series))
    rows = Instance.objects.filter(sop_instance_uid=checked_uid(instance), series__rejection=None)
    found = rows.select_related("series", "series__study").defer(*FOR_SEARCHES).first()
    if found is None or (found.series.study.study_instance_uid, found.series.series_instance_uid) != wanted:
        raise NotFound(_("There is no such object."))
    if visible_since(user, found.series.study) is None:
        raise NotFound(_("There is no such object."))
    return found


def representative(instances: QuerySet[Instance]) -> Instance:
    """The picture that stands for many: the middle one of those with pixels. Raises NotFound when none has any."""
    pictures = instances.filter(number_of_frames__gt=0)
    keys = list(pictures.values_list("pk", flat=True))
    if not keys:
        raise NotFound(_("There is no picture here."))
    return pictures.get(pk=keys[len(keys) // 2])
