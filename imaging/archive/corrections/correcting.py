"""One way for pages and REST to ask for a correction: what is wanted, in the words of the form, to the act that does it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imaging.access.models import User
from imaging.archive.corrections.choices import target_read
from imaging.archive.corrections.models import Correction, CorrectionKind
from imaging.archive.corrections.move import series_correct
from imaging.archive.corrections.reject import images_reject
from imaging.archive.corrections.targets import Target
from imaging.archive.models import Instance, Series, Study
from imaging.common.errors import InvalidInput


class Wish(models.TextChoices):
    GIVE = "give", gettext_lazy("Give to where they belong")
    SPLIT = "split", gettext_lazy("Split off into a study of its own")
    REJECT = "reject", gettext_lazy("Reject")


@dataclass(frozen=True)
class Wanted:
    """`series` and `images` by their UIDs; no series at all stands for all of the study, except for rejecting."""

    wish: Wish
    series: Sequence[str] = ()
    images: Sequence[str] = field(default_factory=list)
    target: str = ""
    code: str = ""
    reason: str = ""


def correction_make(*, user: User, study: Study, wanted: Wanted, door: str = "page") -> Correction:
    """Do what is wanted with what is shown of `study`, which `user` sees. Raises what `series_correct` and `images_reject` raise."""
    if wanted.wish == Wish.REJECT:
        images = _images(study, wanted)
        return images_reject(study=study, instances=images, code=wanted.code, reason=wanted.reason, user=user, door=door)
    if wanted.images:
        raise InvalidInput(_("Single images can be rejected; what is moved is whole series."), field="images")
    target = Target(is_new=True) if wanted.wish == Wish.SPLIT and not wanted.target else target_read(user, wanted.target)
    series = _series(study, wanted)
    kind = kind_of(wanted.wish, target, is_whole=not wanted.series or len(series) == study.series_count)
    return series_correct(user=user, kind=kind, source=study, series=series, target=target, reason=wanted.reason, door=door)


def kind_of(wish: Wish, target: Target, *, is_whole: bool) -> CorrectionKind:
    """What people call it: a part moves or is split off; the whole is merged into a study, or given to another order or patient."""
    if wish == Wish.SPLIT:
        return CorrectionKind.SPLIT
    if not is_whole:
        return CorrectionKind.MOVE
    return CorrectionKind.MERGE if target.study is not None else CorrectionKind.RELINK


def _series(study: Study, wanted: Wanted) -> list[Series]:
    rows = Series.objects.filter(study=study, rejection=None, instance_count__gt=0)
    found = list(rows.filter(series_instance_uid__in=wanted.series) if wanted.series else rows)
    if len(found) != len(set(wanted.series)) and wanted.series:
        raise InvalidInput(_("Some of these series are not in this study."), field="series")
    return found


def _images(study: Study, wanted: Wanted) -> list[Instance]:
    rows = Instance.objects.filter(series__study=study, series__rejection=None)
    if not wanted.images and not wanted.series:
        raise InvalidInput(_("Choose the series or the images that are to be rejected."), field="series")
    if not wanted.images:
        return list(rows.filter(series__in=_series(study, wanted)).only("pk"))
    found = list(rows.filter(sop_instance_uid__in=wanted.images))
    if len(found) != len(set(wanted.images)):
        raise InvalidInput(_("Some of these images are not in this study."), field="images")
    return found
