"""Reading a Key Object Selection document (PS3.16 TID 2010): the pictures that it names, and the state that shows each."""

from django.utils.translation import gettext as _
from pydicom.dataset import Dataset

from imaging.archive.intake.values import Json
from imaging.common.errors import InvalidInput
from imaging.viewer.objects.head import code_of, items, pictures_in, text

DESCRIPTION = "113012"


def keys_of(ds: Dataset) -> Json:
    """The pictures in their order. Raises InvalidInput for a document that names none."""
    content = items(ds, "ContentSequence")
    said = next((text(item, "TextValue") for item in content if code_of(item) == DESCRIPTION), "")
    named = [one for item in content if item.get("ValueType") == "IMAGE" for one in _pictures(item)]
    if not named:
        raise InvalidInput(_("This key object selection names no picture."))
    return {"description": said, "keys": named}


def _pictures(item: Dataset) -> list[Json]:
    states = [text(state, "ReferencedSOPInstanceUID") for one in items(item, "ReferencedSOPSequence") for state in _states(one)]
    state = states[0] if states else ""
    return [{"instance": uid, "frame": frame, "state": state} for uid, frame in pictures_in(item, "ReferencedSOPSequence")]


def _states(picture: Dataset) -> list[Dataset]:
    return items(picture, "ReferencedSOPSequence")
