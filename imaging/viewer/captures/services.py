"""Key images of cut planes, projections and volumes: the picture that the viewer made goes into the archive and is marked. Check, write,
audit."""

import io
import uuid
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image

from imaging.access.audit import audit_record
from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.archive.arrivals import own_objects_noted
from imaging.archive.corrections.models import ReceivedSeries
from imaging.archive.models import Instance, Series, Study
from imaging.archive.own_objects import own_object_store
from imaging.common.errors import Conflict, Forbidden, InvalidInput, NotFound, TooLarge
from imaging.viewer.captures.about import Source, about_read
from imaging.viewer.captures.writing import SERIES_NUMBER, capture_write
from imaging.viewer.marking import frame_check
from imaging.viewer.models import KeyImage
from imaging.viewer.selectors import instance_get
from imaging.viewer.services import key_image_add

SMALLEST_SIDE, LARGEST_SIDE = 16, 2048
LARGEST_PICTURE = 5 * 1024 * 1024
MOST_IN_A_STUDY = 200


def capture_keep(*, user: User, study: Study, uid: uuid.UUID, picture: bytes, about: Any) -> KeyImage:
    """Keep `picture`, a PNG that the viewer made of `study`, as a key image; sent again under the same `uid` it is kept once.

    The caller has made sure that `user` may see the study. `about` says what it shows (`about_read`). Raises Forbidden for a role that does
    not mark and for a name that is somebody else's, InvalidInput for what is no such picture, NotFound for pictures that it is not of,
    TooLarge, Conflict when the study has too many, and what the archive raises when it takes nothing.
    """
    require(user, Act.KEY_IMAGE_MARK)
    shown, said = picture_read(picture), about_read(about)
    with transaction.atomic():
        locked = Study.objects.select_for_update(of=("self",)).select_related("exam__order", "exam__procedure").get(pk=study.pk)
        if (kept := _kept(uid, user, locked)) is not None:
            return kept
        return _keep(user, locked, uid, shown, said)


def picture_read(data: bytes) -> Image.Image:
    """The pixels of a PNG, without what it may say besides. Raises InvalidInput or TooLarge."""
    if len(data) > LARGEST_PICTURE:
        raise TooLarge(_("This picture is larger than a screen."), field="picture")
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as opened:
            opened.verify()  # every piece is whole; one that is cut off would be filled up with black
        with Image.open(io.BytesIO(data), formats=["PNG"]) as opened:
            if max(opened.size) > LARGEST_SIDE:
                raise TooLarge(_("This picture is larger than a screen."), field="picture")
            if min(opened.size) < SMALLEST_SIDE or opened.mode not in {"RGB", "RGBA"}:
                raise InvalidInput(_("This is no picture of a screen in colours."), field="picture")
            whole = opened.convert("RGBA")
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise InvalidInput(_("This is no picture of a screen in colours."), field="picture") from error
    return Image.alpha_composite(Image.new("RGBA", whole.size, (0, 0, 0, 255)), whole).convert("RGB")


def _kept(uid: uuid.UUID, user: User, study: Study) -> KeyImage | None:
    kept = KeyImage.objects.filter(uid=uid).select_related("instance", "author").first()
    if kept is not None and (kept.author_id != user.pk or kept.study_id != study.pk):
        raise Forbidden(_("This name is already that of another key image."))
    return kept


def _keep(user: User, study: Study, uid: uuid.UUID, picture: Image.Image, about: dict[str, Any]) -> KeyImage:
    if KeyImage.objects.filter(study=study).exclude(uid=None).count() >= MOST_IN_A_STUDY:
        raise Conflict(_("This study has all the key images of volumes that it can have: %(most)s.") % {"most": MOST_IN_A_STUDY})
    sources = [_source(user, study, one) for one in about["sources"]]
    series = _series(study, sources[-1].instance.series.modality)
    last = Instance.objects.filter(series=series).aggregate(last=Max("instance_number"))["last"] if series else None
    number = (last or 0) + 1
    dataset = capture_write(
        study=study, picture=picture, about=about, sources=sources, series=series, number=number, at=timezone.now()
    )  # fmt: skip
    instance = own_object_store(dataset)
    own_objects_noted(study=study, count=1)
    named = [source.instance.sop_instance_uid for source in sources]
    audit_record(
        act="images.capture", door="api", user=user, patient_number=study.patient_id[:64], accession_number=study.accession_number,
        study_instance_uid=study.study_instance_uid, image=instance.sop_instance_uid, objects=named,
    )  # fmt: skip
    return key_image_add(user=user, instance=instance, frame=1, look={}, caption=about.get("caption", ""), uid=uid)


def _source(user: User, study: Study, said: dict[str, Any]) -> Source:
    instance = instance_get(user=user, study=study, sop_instance_uid=said["instance"])
    if not instance.rows:
        raise NotFound(_("There is no such object in this study."))
    frame_check(instance, said.get("frame", 1))
    return Source(instance, said.get("frame", 1), said.get("window"), said.get("unit", ""))


def _series(study: Study, modality: str) -> Series | None:
    """The series of the last one of the same kind; not one that goes by another name since it was corrected."""
    found = Series.objects.filter(study=study, series_number=SERIES_NUMBER, modality=modality, rejection=None)
    own = found.filter(instances__key_images__uid__isnull=False).exclude(pk__in=ReceivedSeries.objects.values("series"))
    return own.order_by("-pk").first()
