"""Which objects a study has besides its pictures, and whether what readers kept is saved."""

from django.conf import settings
from django.utils.translation import gettext as _

from imaging.access.policy import Person
from imaging.archive.intake.values import Json
from imaging.archive.models import Instance, Study
from imaging.archive.selectors import instances_visible_to
from imaging.common.errors import NotFound
from imaging.viewer.models import SavedObject
from imaging.viewer.objects.kinds import KEYS, KINDS, PRESENTATION, PRESENTATION_STATES
from imaging.viewer.objects.reading import named_in, object_read

MOST_STATES = 100
# What one question to the database may name.
MOST_NAMED = 20_000


def saved_now(*, study: Study) -> list[SavedObject]:
    """The objects of the newest version that was saved of `study`."""
    rows = SavedObject.objects.filter(study=study).select_related("instance__series", "author")
    newest = rows.order_by("-version").values_list("version", flat=True).first()
    return list(rows.filter(version=newest).order_by("pk")) if newest else []


def objects_of_series(*, user: Person, study: Study, series_instance_uid: str) -> tuple[list[Instance], bool]:
    """The objects of a series that are no pictures by themselves, and whether there are more than are given. Raises NotFound."""
    most = settings.VIEWER_OBJECTS_AT_ONCE
    rows = instances_visible_to(user).filter(
        series__study=study, series__series_instance_uid=series_instance_uid, sop_class_uid__in=list(KINDS)
    )
    found = list(rows.select_related("metadata", "series__study", "series__correction").order_by("instance_number", "pk")[: most + 1])
    if not found:
        raise NotFound(_("There is no such object in this study."))
    return found[:most], len(found) > most


def object_get(*, user: Person, study: Study, sop_instance_uid: str, kinds: set[str]) -> Instance:
    """An object of one of `kinds`. Raises NotFound."""
    classes = [sop_class for sop_class, kind in KINDS.items() if kind in kinds]
    rows = instances_visible_to(user).filter(series__study=study, sop_instance_uid=sop_instance_uid, sop_class_uid__in=classes)
    found = rows.select_related("metadata", "series__study", "series__correction").first()
    if found is None:
        raise NotFound(_("There is no such object in this study."))
    return found


def objects_say(*, user: Person, study: Study, series_instance_uid: str) -> Json:
    """Everything that the viewer draws of a series of objects: what each says, and the presentation states that key images name."""
    instances, is_cut = objects_of_series(user=user, study=study, series_instance_uid=series_instance_uid)
    said = [object_read(instance) for instance in instances]
    return {"objects": said, "states": _states(user, study, said), "cut": is_cut, "elsewhere": sorted(_elsewhere(user, said))}


def _states(user: Person, study: Study, said: list[Json]) -> list[Json]:
    uids = {key["state"] for one in said if one["kind"] == KEYS for key in one.get("keys", []) if key["state"]}
    rows = instances_visible_to(user).filter(
        series__study=study, sop_instance_uid__in=sorted(uids)[:MOST_NAMED], sop_class_uid__in=PRESENTATION_STATES
    )
    found = [object_read(instance) for instance in rows.select_related("metadata", "series__study", "series__correction")[:MOST_STATES]]
    return [one for one in found if one["kind"] == PRESENTATION and not one["problem"]]


def _elsewhere(user: Person, said: list[Json]) -> set[str]:
    """The pictures that the objects name and that are not here, or not for this person."""
    named = set(sorted(named_in(said))[:MOST_NAMED])
    return named - set(instances_visible_to(user).filter(sop_instance_uid__in=named).values_list("sop_instance_uid", flat=True))
