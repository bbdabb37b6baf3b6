"""Writing a Key Object Selection document: which pictures are worth showing, and how (PS3.3 A.35.4, PS3.16 TID 2010)."""

import datetime as dt
from collections.abc import Mapping, Sequence

from pydicom.dataset import Dataset

from imaging.access.models import User
from imaging.archive.intake.questions import KEY_OBJECT_SELECTION
from imaging.archive.models import Study
from imaging.archive.own_objects import (
    Reference,
    code,
    content_item,
    content_root,
    document_general,
    own_object,
    person_observer,
    reference,
)
from imaging.viewer.models import KeyImage
from imaging.viewer.objects.presentation_write import image_reference

SERIES_NUMBER = 9102


def keys_write(*, study: Study, key_images: Sequence[KeyImage], states: Mapping[int, Dataset], user: User, at: dt.datetime) -> Dataset:
    """The document for `key_images`, each with the presentation state that shows it as it was seen (`states`, by its key)."""
    ds = own_object(study=study, sop_class_uid=KEY_OBJECT_SELECTION, modality="KO", series_number=SERIES_NUMBER, at=at)
    ds.SeriesDescription = "Key images"
    document_general(ds, study, _evidence(key_images, states))
    content_root(ds, code("113000", "Of Interest"), "2010")
    said = person_observer(user.label)
    if captions := "\n".join(image.caption for image in key_images if image.caption):
        said.append(content_item("TEXT", "CONTAINS", code("113012", "Key Object Description"), TextValue=captions))
    ds.ContentSequence = said + [_picture(image, states.get(image.pk)) for image in key_images]
    return ds


def _evidence(key_images: Sequence[KeyImage], states: Mapping[int, Dataset]) -> dict[str, list[Reference]]:
    found: dict[str, list[Reference]] = {}
    for image in key_images:
        _once(found, image.instance.series.series_instance_uid, (image.instance.sop_class_uid, image.instance.sop_instance_uid))
    for state in states.values():
        _once(found, state.SeriesInstanceUID, (state.SOPClassUID, state.SOPInstanceUID))
    return found


def _once(found: dict[str, list[Reference]], series: str, named: Reference) -> None:
    listed = found.setdefault(series, [])
    if named not in listed:
        listed.append(named)


def _picture(image: KeyImage, state: Dataset | None) -> Dataset:
    picture = image_reference(image.instance, image.frame)
    if state is not None:
        picture.ReferencedSOPSequence = [reference(state.SOPClassUID, state.SOPInstanceUID)]
    return content_item("IMAGE", "CONTAINS", ReferencedSOPSequence=[picture])
