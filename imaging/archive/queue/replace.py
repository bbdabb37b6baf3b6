"""Changing which objects the index holds, when a person has decided so; always both ways."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.archive.intake.entry import Entry, metadata_pack
from imaging.archive.intake.frames import frames_pack
from imaging.archive.intake.headers import Header, header_read
from imaging.archive.intake.index import entry_add, entry_take_out
from imaging.archive.intake.scan import Malformed
from imaging.archive.intake.spool import Spooled
from imaging.archive.life.models import Compressed
from imaging.archive.models import Instance, InstanceMetadata, IntegrityCase, Study
from imaging.archive.pictures.thumbnails import thumbnails_forget
from imaging.archive.places import FAST, place_named
from imaging.archive.scratch import archive_folder
from imaging.common.errors import Conflict

KEPT = ("tier", "path", "transfer_syntax_uid", "size_bytes", "sha256", "dataset_sha256", "dataset_offset", "source_ae_title")
# Of those, what a case tells of how the second object's file is written.
WRITTEN = ("transfer_syntax_uid", "sha256", "dataset_sha256", "dataset_offset")


def second_accept(*, case: IntegrityCase) -> dict[str, Any]:
    """The second object stands behind the UID from now on; the first waits in its place. Returns what `second_give_back` needs."""
    instance = _instance(case)
    first = {name: getattr(instance, name) for name in KEPT}
    details = case.details
    second = {
        "tier": case.details.get("tier", FAST),
        "path": case.quarantine_path,
        "transfer_syntax_uid": details["transfer_syntax_uid"],
        "size_bytes": place_named(case.details.get("tier", FAST)).size(case.quarantine_path),
        "sha256": details["sha256"],
        "dataset_sha256": details["dataset_sha256"],
        "dataset_offset": details["dataset_offset"],
        "source_ae_title": case.source_ae_title,
    }
    _point(instance, second)
    case.quarantine_path, case.details["tier"] = first["path"], first["tier"]
    return first


def second_give_back(*, case: IntegrityCase) -> None:
    """The first object stands behind its UID again."""
    instance = _instance(case)
    waiting = (instance.path, instance.tier)
    _tell_as_it_lies(case, instance)
    _point(instance, {"tier": FAST, **case.before})
    case.quarantine_path, case.details["tier"] = waiting


def second_add(*, case: IntegrityCase) -> dict[str, Any]:
    """The second object becomes one more of its study. Returns what `second_take_out` needs."""
    entry, study = waiting_entry(case), case.study
    if study is None:
        raise Conflict(_("The study of this case is gone."))
    try:
        with transaction.atomic():
            instance = entry_add(entry, study)
    except IntegrityError as error:
        raise Conflict(_("This object is in the archive already, or its series belongs to another study.")) from error
    return {"added": instance.pk}


def second_take_out(*, case: IntegrityCase) -> None:
    """The second object waits again."""
    instance = Instance.objects.select_related("series").filter(pk=case.before.get("added")).first()
    if instance is None:
        raise Conflict(_("The second object is gone."))
    _tell_as_it_lies(case, instance)
    case.quarantine_path, case.details["tier"] = instance.path, instance.tier
    try:
        with transaction.atomic():
            entry_take_out(instance)
    except ProtectedError as error:
        raise Conflict(_("This image is in use: in a key image or a transfer.")) from error


def waiting_entry(case: IntegrityCase) -> Entry:
    """The object that waits, as ingest would see it. Raises Conflict when its file cannot be read."""
    details = case.details
    path = archive_folder() / case.quarantine_path
    names = [details[name] for name in ("sop_instance_uid", "transfer_syntax_uid", "sha256", "dataset_sha256", "dataset_offset")]
    header = _header({"tier": FAST, "path": case.quarantine_path, "dataset_offset": names[4], "transfer_syntax_uid": names[1]})
    spooled = Spooled(path, header.text("00080016"), names[0], names[1], case.source_ae_title, path.stat().st_size, *names[2:])
    return Entry(spooled, header, case.quarantine_path, "person")


def _tell_as_it_lies(case: IntegrityCase, instance: Instance) -> None:
    """The second object may have been compressed since it was accepted."""
    case.details |= {name: getattr(instance, name) for name in WRITTEN}


def _instance(case: IntegrityCase) -> Instance:
    if case.instance_id is None:
        raise Conflict(_("The first object is gone."))
    return Instance.objects.select_for_update().select_related("series").get(pk=case.instance_id)


def _point(instance: Instance, file: dict[str, Any]) -> None:
    header = _header(file)
    thumbnails_forget(instance)
    grown = file["size_bytes"] - instance.size_bytes
    for name in KEPT:
        setattr(instance, name, file[name])
    instance.rows, instance.columns = header.number("00280010"), header.number("00280011")
    instance.instance_number, instance.number_of_frames = header.number("00200013"), header.number_of_frames
    instance.frame_offsets = frames_pack(header.frames)
    instance.save()
    Compressed.objects.filter(instance=instance).delete()  # it told of the other file
    InstanceMetadata.objects.filter(instance=instance).update(json_zlib=metadata_pack(header.attributes))
    study = Study.objects.filter(pk=instance.series.study_id)
    study.update(size_bytes=F("size_bytes") + grown, last_received_at=timezone.now())


def _header(file: dict[str, Any]) -> Header:
    try:
        with place_named(file["tier"]).local(file["path"]) as path:
            return header_read(path, file["dataset_offset"], file["transfer_syntax_uid"])
    except (OSError, Malformed) as error:
        raise Conflict(_("The other object's file cannot be read any more.")) from error
