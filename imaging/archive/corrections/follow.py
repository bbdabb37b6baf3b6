"""Images that keep coming for what was corrected: they follow their series to where it stands now.

Asked for the first image of a series that the index does not know, and for images of a series that goes by another UID; for no others.
"""

import hashlib
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from imaging.archive.corrections.counts import study_count
from imaging.archive.corrections.models import Correction, ReceivedName, ReceivedSeries
from imaging.archive.corrections.names import instances_named
from imaging.archive.corrections.overlay import corrected_pieces, is_forgotten, series_says
from imaging.archive.intake.headers import Header
from imaging.archive.models import Instance, Series, Study
from imaging.common.dicom import date_parse, time_parse
from imaging.common.errors import LightboxError


@dataclass(frozen=True)
class Place:
    """Where an object goes that was sent for something corrected. `series` is None for a new series of a study that moved as a whole."""

    study: Study
    series: Series | None
    correction: Correction
    received: ReceivedSeries


def place_of(header: Header) -> Place | None:
    """Where the object with `header` goes by a correction; None when nothing of the kind was corrected."""
    rows = ReceivedSeries.objects.select_related("series__study", "series__correction__target")
    known = rows.filter(series_instance_uid=header.text("0020000E")).first()
    if known is not None and known.series.correction is not None:
        return Place(known.series.study, known.series, known.series.correction, known)
    return _place_of_study(header)


def _place_of_study(header: Header) -> Place | None:
    """A further series of the very same examination as the scanner counts it: same Study UID, day and time, and nothing of it stayed."""
    day, time = date_parse(header.text("00080020")), time_parse(header.text("00080030"))
    uid = header.text("0020000D")
    if day is None or time is None:
        return None
    rows = ReceivedSeries.objects.filter(study_instance_uid=uid, study_date=day, study_time=time)
    found = list(rows.select_related("series__study", "series__correction")[:100])
    if len({row.series.study_id for row in found}) != 1 or found[0].series.correction is None:
        return None
    if Study.objects.filter(study_instance_uid=uid, instance_count__gt=0).exists():
        return None
    return Place(found[0].series.study, None, found[0].series.correction, found[0])


def was_corrected(study_instance_uid: str) -> bool:
    """Whether images that were sent as this study stand in another one now."""
    return ReceivedSeries.objects.filter(study_instance_uid=study_instance_uid).exists()


def held_as(sop_instance_uid: str) -> Instance | None:
    """The object that came with this UID and goes by another one now."""
    found = ReceivedName.objects.select_related("instance__series__study").filter(sop_instance_uid=sop_instance_uid).first()
    return found.instance if found else None


def series_follow(*, series: Series, place: Place, sent_as: str) -> None:
    """A new series goes the way of the others of its study: what it came as is remembered, and it says what they say."""
    sent = place.received
    ReceivedSeries.objects.create(
        series=series, series_instance_uid=sent_as, study_instance_uid=sent.study_instance_uid, study_date=sent.study_date,
        study_time=sent.study_time, patient_id=sent.patient_id, patient_name=sent.patient_name,
    )  # fmt: skip
    kept = {tag: element for tag, element in series.attributes.items() if not is_forgotten(tag, place.correction)}
    series.correction, series.attributes = place.correction, {**kept, **series_says(place.correction)}
    series.save(update_fields=["correction", "attributes"])
    place.correction.series.add(series)


def is_our_copy(held: Instance, dataset_sha256: str) -> bool:
    """Whether an object is what we sent out of the corrected `held`, on its way back."""
    if held.series.correction_id is None:
        return False
    digest = hashlib.sha256()
    try:
        for piece in corrected_pieces(held, with_meta=False):
            digest.update(piece)
    except LightboxError:
        return False
    return digest.hexdigest() == dataset_sha256


@transaction.atomic
def stragglers_follow(study: Study) -> int:
    """Images that came in at the very moment of a correction: under a moved series, but by their old name and counted where it was.

    Returns how many there were; nothing is locked when none are.
    """
    corrections = Correction.objects.filter(Q(source=study) | Q(target=study), undone_at=None).exclude(target=None)
    series = list(Series.objects.filter(corrections_of__in=corrections, correction__isnull=False).select_related("correction").distinct())
    late = list(Instance.objects.filter(series__in=series, received=None)) if series else []
    for one in series:
        instances_named([instance for instance in late if instance.series_id == one.pk], one.correction)
    if late:
        for pk in sorted({pk for pair in corrections.values_list("source", "target") for pk in pair if pk}):
            study_count(pk)
    return len(late)
