"""Which objects a study has besides its pictures, and whether what readers kept is saved."""

from imaging.archive.models import Study
from imaging.viewer.models import SavedObject


def saved_now(*, study: Study) -> list[SavedObject]:
    """The objects of the newest version that was saved of `study`."""
    rows = SavedObject.objects.filter(study=study).select_related("instance__series", "author")
    newest = rows.order_by("-version").values_list("version", flat=True).first()
    return list(rows.filter(version=newest).order_by("pk")) if newest else []


def replaced_uids(study: Study) -> set[str]:
    """The SOP Instance UIDs of saved objects that others took the place of."""
    rows = SavedObject.objects.filter(study=study)
    newest = rows.order_by("-version").values_list("version", flat=True).first()
    return set(rows.filter(version__lt=newest or 0).values_list("instance__sop_instance_uid", flat=True))
