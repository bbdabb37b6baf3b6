"""The index commit: what makes a durable file part of the archive, or sends it to the human queue (promises 1 and 4).

`index_now` commits a batch in one transaction; receivers with many associations feed it through one `CommitQueue` per process.
"""

from collections.abc import Callable
from itertools import groupby
from typing import Any

from django.db import DataError, Error, IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from imaging.archive.corrections.follow import Place, held_as, is_our_copy, place_of, series_follow, was_corrected
from imaging.archive.corrections.models import ReceivedName
from imaging.archive.corrections.names import name_by
from imaging.archive.events import study_received
from imaging.archive.intake import spool
from imaging.archive.intake.entry import Entry, IngestResult, Status, file_fields, metadata_pack
from imaging.archive.intake.plain import NeedsCare, index_plain
from imaging.archive.intake.questions import KEY_OBJECT_SELECTION, OWN_DOOR, late_series_ask, rejection_ask
from imaging.archive.intake.values import Json
from imaging.archive.life.findings import finding_settle, is_found_damaged
from imaging.archive.life.models import Outcome
from imaging.archive.models import CaseKind, Instance, InstanceMetadata, IntegrityCase, Series, Study
from imaging.archive.places import FAST, place_named
from imaging.archive.queue.reconcile import patient_clash, study_match, was_accepted
from imaging.archive.search.name_words import names_index
from imaging.common.dicom import date_parse, time_parse
from imaging.common.errors import Retriable
from imaging.common.live import announce

STUDY_TAGS = frozenset(
    {"00080005", "00080020", "00080030", "00080050", "00080051", "00080090", "00080201", "00081030", "00081032", "00081060", "0020000D"}
    | {"00200010", "00321032", "00321060", "00380010"}
)
SERIES_TAGS = frozenset(
    {"00080005", "00080021", "00080031", "00080060", "00080070", "00081010", "0008103E", "0008103F", "00081040", "00081050", "00081070"}
    | {"00081090", "00081111", "00180015", "00181030", "00185100", "0020000E", "00200011", "00200052", "00200060", "00400244"}
    | {"00400245", "00400253", "00400254", "00400275"}
)
# Ours (PS3.5 7.8): that the patient's name was not in the character set that the first object declared.
GUESSED_TAG = "00111001"
NAME_GUESSED: Json = {"00110010": {"vr": "LO", "Value": ["LIGHTBOX"]}, GUESSED_TAG: {"vr": "CS", "Value": ["GUESSED"]}}
# Attempts to insert what another process may insert at the same moment.
RACE_ATTEMPTS = 3


class IndexAway(Retriable):
    """The database does not answer; nothing of what was to be indexed is in it."""

    code = "index-away"


def index_now(entries: list[Entry]) -> list[IngestResult]:
    """Commit `entries` in one transaction and return the result of each. Files that are not kept are removed afterwards."""
    results = _index_quickly(entries) or _index_with_care(entries)
    for entry, result in zip(entries, results, strict=True):
        if result.status is Status.DUPLICATE:
            spool.remove(entry.path)
    return results


def _index_quickly(entries: list[Entry]) -> list[IngestResult] | None:
    """None when an entry is not plain; nothing has happened then."""
    try:
        return _committed(index_plain, entries)
    except (NeedsCare, IntegrityError):
        return None


def _index_with_care(entries: list[Entry]) -> list[IngestResult]:
    for _attempt in range(RACE_ATTEMPTS - 1):
        try:
            return _committed(_index_all, entries)
        except IntegrityError:
            continue
    return _committed(_index_all, entries)


def _committed(work: Callable[[list[Entry]], list[IngestResult]], entries: list[Entry]) -> list[IngestResult]:
    """What `work` finds, committed. Raises IndexAway when the database went away surely before that."""
    is_ready = False
    try:
        with transaction.atomic():
            results = work(entries)
            _settle(entries)
            is_ready = True
    except (IntegrityError, DataError):
        raise
    except Error as error:
        if is_ready:  # the answer to the commit was lost: it may have happened
            raise
        raise IndexAway(_("The index does not answer; send again later.")) from error
    return results


def _settle(entries: list[Entry]) -> None:
    """The commit tells that the files are there, so it waits for them."""
    for entry in entries:
        entry.settle()


def _index_all(entries: list[Entry]) -> list[IngestResult]:
    """In the order of studies, so that two batches never wait for each other's locks; the results in the order of `entries`."""
    order = sorted(range(len(entries)), key=lambda at: (entries[at].study_instance_uid, entries[at].series_instance_uid))
    found: dict[int, IngestResult] = {}
    for _series, images in groupby(order, lambda at: entries[at].series_instance_uid):
        first, *rest = images
        found[first] = _index_one(entries[first])
        found |= zip(rest, _index_rest([entries[at] for at in rest]), strict=True)
    return [found[at] for at in range(len(entries))]


def _index_rest(entries: list[Entry]) -> list[IngestResult]:
    """What follows the first image of its series is plain as a rule; what is not is looked at one by one."""
    if not entries:
        return []
    try:
        with transaction.atomic():
            return index_plain(entries)
    except (NeedsCare, IntegrityError):
        return [_index_one(entry) for entry in entries]


def _index_one(entry: Entry) -> IngestResult:
    if Instance.objects.filter(sop_instance_uid=entry.sop_instance_uid).exists():
        return _same_uid(entry, Instance.objects.select_related("series__study").get(sop_instance_uid=entry.sop_instance_uid))
    series = _series_known(entry)
    if series is None:
        return _index_first(entry)
    if series.study.study_instance_uid != entry.study_instance_uid:
        return _quarantined(entry, CaseKind.OTHER_SERIES, series.study, None, differs=["StudyInstanceUID"])
    if clash := _clash(series.study, entry):
        return _quarantined(entry, CaseKind.OTHER_PATIENT, series.study, None, differs=clash)
    return IngestResult(Status.STORED, _store(entry, series.study, series), series.study)


def _series_known(entry: Entry) -> Series | None:
    """The series with what its images are checked against, and no more: this is asked for every image."""
    rows = Series.objects.filter(series_instance_uid=entry.series_instance_uid).select_related("study")
    return rows.only("study__study_instance_uid", "study__patient_id", "study__patient_name").first()


def _index_first(entry: Entry) -> IngestResult:
    """The first image of its series, and perhaps of its study; or one for what was corrected."""
    if entry.door != OWN_DOOR and (place := place_of(entry.header)) is not None:
        return _index_following(entry, place)
    study = _study_of(entry)
    if clash := _clash(study, entry):
        return _quarantined(entry, CaseKind.OTHER_PATIENT, study, None, differs=clash)
    series = _series_of(entry, study)
    if series.study_id != study.pk:
        return _quarantined(entry, CaseKind.OTHER_SERIES, series.study, None, differs=["StudyInstanceUID"])
    return IngestResult(Status.STORED, _store(entry, study, series), study)


def _index_following(entry: Entry, place: Place) -> IngestResult:
    """An image for a series or study that stands elsewhere by a correction: it goes there, under a name of its own."""
    held = held_as(entry.sop_instance_uid)
    if held is not None and held.dataset_sha256 == entry.spooled.dataset_sha256:
        return _repaired(entry, held) if _is_lost(held) else IngestResult(Status.DUPLICATE, held, held.series.study)
    if held is not None:
        return _quarantined(entry, CaseKind.OTHER_CONTENT, held.series.study, held, differs=[])
    if clash := patient_clash(place.received, entry.header):
        return _quarantined(entry, CaseKind.OTHER_PATIENT, place.study, None, differs=clash)
    return IngestResult(Status.STORED, _store_following(entry, place), place.study)


def _store_following(entry: Entry, place: Place) -> Instance:
    Study.objects.select_for_update().get(pk=place.study.pk)
    series = place.series or _series_of(entry, place.study, place)
    instance = _store(entry, place.study, series, sop_instance_uid=name_by(place.correction, entry.sop_instance_uid))
    ReceivedName.objects.create(instance=instance, sop_instance_uid=entry.sop_instance_uid)
    return instance


def _clash(study: Study, entry: Entry) -> list[str]:
    """In what the object names another patient than its study does, unless a person has said that this is the same one."""
    clash = patient_clash(study, entry.header)
    return [] if clash and was_accepted(study, entry.header) else clash


def entry_add(entry: Entry, study: Study) -> Instance:
    """Take a durable object into `study` because a person says so. Raises IntegrityError when its UID or its series is another study's."""
    if (place := place_of(entry.header)) is not None:
        return _store_following(entry, place)
    series = _series_of(entry, study)
    if series.study_id != study.pk:
        raise IntegrityError("the series belongs to another study")
    return _store(entry, study, series)


def entry_take_out(instance: Instance) -> None:
    """The opposite: the index forgets the object; its file stays."""
    series, study = instance.series, Study.objects.filter(pk=instance.series.study_id)
    instance.delete()
    study.update(instance_count=F("instance_count") - 1, size_bytes=F("size_bytes") - instance.size_bytes)
    Series.objects.filter(pk=series.pk).update(instance_count=F("instance_count") - 1)
    if Series.objects.filter(pk=series.pk, instance_count=0).delete()[0]:
        study.update(series_count=F("series_count") - 1)


def _same_uid(entry: Entry, held: Instance) -> IngestResult:
    """The UID is known: the same content is one copy, other content waits for a person."""
    study = held.series.study
    if held.tier == FAST and held.path == entry.path:  # committed already, by a transaction whose answer was lost
        return IngestResult(Status.STORED, held, study)
    if held.dataset_sha256 == entry.spooled.dataset_sha256:
        return _repaired(entry, held) if _is_lost(held) else IngestResult(Status.DUPLICATE, held, study)
    if is_our_copy(held, entry.spooled.dataset_sha256):
        return IngestResult(Status.DUPLICATE, held, study)
    elsewhere = held.series.series_instance_uid != entry.series_instance_uid or study.study_instance_uid != entry.study_instance_uid
    kind = CaseKind.OTHER_SERIES if elsewhere else CaseKind.OTHER_CONTENT
    return _quarantined(entry, kind, study, held, differs=patient_clash(study, entry.header))


def _is_lost(held: Instance) -> bool:
    """Whether our copy is gone, cut, or found damaged by the fixity check. A tier that does not answer has lost nothing."""
    try:
        return place_named(held.tier).size(held.path) != held.size_bytes or is_found_damaged(held)
    except FileNotFoundError:
        return True
    except OSError:
        return False


def _repaired(entry: Entry, held: Instance) -> IngestResult:
    """The row is there but its file is gone or cut: the sender's copy takes its place."""
    for name, value in file_fields(entry).items():
        setattr(held, name, value)
    held.save()
    finding_settle(instance=held, outcome=Outcome.REPAIRED)
    return IngestResult(Status.STORED, held, held.series.study)


def _quarantined(entry: Entry, kind: CaseKind, study: Study, held: Instance | None, *, differs: list[str]) -> IngestResult:
    """The first stays, the second waits; the very same second object waits once."""
    digest = entry.spooled.dataset_sha256
    waiting = IntegrityCase.objects.filter(study=study, kind=kind, resolved_at=None, details__dataset_sha256=digest)
    if waiting.exists():
        return IngestResult(Status.DUPLICATE, held, study, warning=str(kind.label))
    IntegrityCase.objects.create(
        kind=kind,
        study=study,
        instance=held,
        quarantine_path=entry.path,
        source_ae_title=entry.spooled.source_ae_title,
        details={"dataset_sha256": digest, "differs": differs, "door": entry.door, **_second(entry)},
    )
    announce("unmatched")
    return IngestResult(Status.QUARANTINED, held, study, warning=str(kind.label))


def _second(entry: Entry) -> Json:
    text = entry.header.text
    return {
        "sop_instance_uid": entry.sop_instance_uid,
        "series_instance_uid": entry.series_instance_uid,
        "study_instance_uid": entry.study_instance_uid,
        "transfer_syntax_uid": entry.spooled.transfer_syntax_uid,
        "dataset_offset": entry.spooled.dataset_offset,
        "sha256": entry.spooled.sha256,
        "patient_id": text("00100020", 64),
        "patient_name": text("00100010", 194),
        "patient_birth_date": text("00100030", 16),
        "patient_sex": text("00100040", 16),
        "accession_number": text("00080050", 16),
    }


def _study_of(entry: Entry) -> Study:
    """The study, locked; made and matched when this is its first object. A race ends in one study: the UID is unique."""
    uid = entry.study_instance_uid
    found = Study.objects.select_for_update().filter(study_instance_uid=uid).first()
    if found is not None:
        is_about_others = entry.header.text("00080016") == KEY_OBJECT_SELECTION
        return found if found.instance_count or is_about_others else _begun_anew(entry, found)
    study = Study.objects.create(study_instance_uid=uid, **_study_fields(entry))
    names_index(study)
    study_match(study=study, source_ae_title=entry.spooled.source_ae_title)
    return study


def _begun_anew(entry: Entry, study: Study) -> Study:
    """A study whose images all went elsewhere by corrections: what comes now says what it is."""
    if study.corrections.filter(undone_at=None).exists():
        Study.objects.filter(pk=study.pk).update(**_study_fields(entry))
        study.refresh_from_db()
        names_index(study)
        if study.exam is None:
            study_match(study=study, source_ae_title=entry.spooled.source_ae_title)
        if was_corrected(study.study_instance_uid):
            late_series_ask(study=study, source_ae_title=entry.spooled.source_ae_title)
    return study


def _study_fields(entry: Entry) -> dict[str, Any]:
    text = entry.header.text
    return {
        "patient_id": text("00100020", 64),
        "issuer_of_patient_id": text("00100021", 64),
        "patient_name": text("00100010", 194),
        "patient_birth_date": date_parse(text("00100030")),
        "patient_sex": text("00100040", 16),
        "accession_number": text("00080050", 16),
        "study_id": text("00200010", 16),
        "study_date": date_parse(text("00080020")),
        "study_time": time_parse(text("00080030")),
        "study_description": text("00081030", 64),
        "referring_physician_name": text("00080090", 194),
        "modalities_in_study": _joined("", text("00080060", 16)),
        "attributes": _picked(entry, STUDY_TAGS, group="0010") | (NAME_GUESSED if entry.header.is_name_misread else {}),
        "first_received_at": entry.received_at,
        "last_received_at": entry.received_at,
    }


def _picked(entry: Entry, tags: frozenset[str], group: str = "----") -> Json:
    return {tag: element for tag, element in entry.header.attributes.items() if tag in tags or tag.startswith(group)}


def _joined(modalities: str, modality: str) -> str:
    known = {part for part in modalities.split("\\") if part} | ({modality} if modality else set())
    return f"\\{chr(92).join(sorted(known))}\\"[:64] if known else ""


def _series_of(entry: Entry, study: Study, place: Place | None = None) -> Series:
    """The object's series, made when it is not there; `place`: it follows a correction there, under another UID."""
    uid = name_by(place.correction if place else None, entry.series_instance_uid)
    found = Series.objects.filter(series_instance_uid=uid).select_related("study").first()
    if found is not None:
        return found
    modality = entry.header.text("00080060", 16)
    Study.objects.filter(pk=study.pk).update(
        series_count=F("series_count") + 1, modalities_in_study=_joined(study.modalities_in_study, modality)
    )
    series = Series.objects.create(study=study, series_instance_uid=uid, **_series_fields(entry))
    if place is not None:
        series_follow(series=series, place=place, sent_as=entry.series_instance_uid)
    return series


def _series_fields(entry: Entry) -> dict[str, Any]:
    text = entry.header.text
    steps = (entry.header.attributes.get("00081111") or {}).get("Value") or [{}]
    return {
        "modality": text("00080060", 16),
        "series_number": entry.header.number("00200011"),
        "series_description": text("0008103E", 64),
        "body_part_examined": text("00180015", 16),
        "laterality": text("00200060", 16),
        "station_name": text("00081010", 16),
        "series_date": date_parse(text("00080021")),
        "series_time": time_parse(text("00080031")),
        "performed_procedure_step_uid": ((steps[0].get("00081155") or {}).get("Value") or [""])[0] or "",
        "attributes": _picked(entry, SERIES_TAGS),
    }


def _store(entry: Entry, study: Study, series: Series, sop_instance_uid: str = "") -> Instance:
    instance = Instance.objects.create(series=series, sop_instance_uid=sop_instance_uid or entry.sop_instance_uid, **file_fields(entry))
    InstanceMetadata.objects.create(instance=instance, json_zlib=metadata_pack(entry.header.attributes))
    Study.objects.filter(pk=study.pk).update(  # before the series: always in this order, so that nobody waits in a circle
        instance_count=F("instance_count") + 1,
        size_bytes=F("size_bytes") + entry.spooled.size_bytes,
        last_received_at=entry.received_at,
        has_news=True,
        tier=FAST,  # not all of it is elsewhere any more
    )
    Series.objects.filter(pk=series.pk).update(instance_count=F("instance_count") + 1)
    study_received.send(sender=Study, study=study)
    if instance.sop_class_uid == KEY_OBJECT_SELECTION and entry.door != OWN_DOOR:
        rejection_ask(instance=instance, attributes=entry.header.attributes, source_ae_title=entry.spooled.source_ae_title)
    return instance
