"""The UIDs of corrected objects: new ones, derived from those they came with, so that they can be told again and taken back.

An object that says something else of its patient or study is another object, under another SOP Instance UID (IHE RAD IOCM 4.66);
systems that hold the earlier one are told that it is rejected.
"""

import hashlib
from collections.abc import Iterable

from django.conf import settings

from imaging.archive.corrections.models import Correction, ReceivedName, ReceivedSeries
from imaging.archive.models import Instance, Series
from imaging.common.dicom import UID_LENGTH

BATCH = 500
DIGEST_BYTES = 16


def uid_derived(*parts: str) -> str:
    """Always the same new UID for the same `parts`."""
    number = int.from_bytes(hashlib.sha256("\0".join(parts).encode()).digest()[:DIGEST_BYTES], "big")
    return f"{settings.UID_ROOT}.{number}"[:UID_LENGTH]


def name_by(correction: Correction | None, received: str) -> str:
    """What an object or a series that came as `received` goes by under `correction`; none: as it came."""
    return received if correction is None else uid_derived(correction.uid, received)


def series_named(series: Series, correction: Correction | None) -> None:
    """Give `series` and all its objects the UIDs that they go by under `correction`. The caller saves nothing more."""
    received = _received_series(series)
    if correction is None:
        ReceivedSeries.objects.filter(series=series).delete()
    elif not ReceivedSeries.objects.filter(series=series).exists():
        received.save(force_insert=True)
    series.series_instance_uid, series.correction = name_by(correction, received.series_instance_uid), correction
    series.save(update_fields=["series_instance_uid", "correction"])
    instances_named(Instance.objects.filter(series=series), correction)


def _received_series(series: Series) -> ReceivedSeries:
    """What the series came as; made from what it is when it was never corrected."""
    found = ReceivedSeries.objects.filter(series=series).first()
    study = series.study
    return found or ReceivedSeries(
        series=series,
        series_instance_uid=series.series_instance_uid,
        study_instance_uid=study.study_instance_uid,
        study_date=study.study_date,
        study_time=study.study_time,
        patient_id=study.patient_id,
        patient_name=study.patient_name,
    )


def instances_named(instances: Iterable[Instance], correction: Correction | None) -> None:
    """The same for objects alone; what they came as is remembered as long as it differs."""
    keys = [instance.pk for instance in instances]
    for at in range(0, len(keys), BATCH):
        _batch_named(keys[at : at + BATCH], correction)


def _batch_named(keys: list[int], correction: Correction | None) -> None:
    rows = list(Instance.objects.filter(pk__in=keys).only("pk", "sop_instance_uid"))
    known = dict(ReceivedName.objects.filter(pk__in=keys).values_list("pk", "sop_instance_uid"))
    received = {row.pk: known.get(row.pk, row.sop_instance_uid) for row in rows}
    for row in rows:
        row.sop_instance_uid = name_by(correction, received[row.pk])
    if correction is None:
        ReceivedName.objects.filter(pk__in=keys).delete()
    else:
        new = [ReceivedName(instance_id=key, sop_instance_uid=uid) for key, uid in received.items() if key not in known]
        ReceivedName.objects.bulk_create(new)
    Instance.objects.bulk_update(rows, ["sop_instance_uid"], batch_size=BATCH)


def instance_by_name(uid: str) -> Instance | None:
    """The object that goes by `uid`, or that came with it."""
    rows = Instance.objects.select_related("series__study__matched_patient")
    return rows.filter(sop_instance_uid=uid).first() or rows.filter(received__sop_instance_uid=uid).first()


def names_held(uids: list[str]) -> int:
    """How many of `uids` are in the archive, by the name they go by or the one they came with."""
    return Instance.objects.filter(sop_instance_uid__in=uids).count() + ReceivedName.objects.filter(sop_instance_uid__in=uids).count()


def names_now(uids: set[str]) -> dict[str, tuple[str, str, str]]:
    """Of `uids` that objects came with: what they go by now, as (SOP Instance, Series and Study Instance UID)."""
    wanted = list(uids)
    found: dict[str, tuple[str, str, str]] = {}
    for at in range(0, len(wanted), BATCH):
        found |= _batch_now(wanted[at : at + BATCH])
    return found


def _batch_now(uids: list[str]) -> dict[str, tuple[str, str, str]]:
    rows = ReceivedName.objects.filter(sop_instance_uid__in=uids).values_list(
        "sop_instance_uid", "instance__sop_instance_uid", "instance__series__series_instance_uid",
        "instance__series__study__study_instance_uid",
    )  # fmt: skip
    return {received: (sop, series, study) for received, sop, series, study in rows}
