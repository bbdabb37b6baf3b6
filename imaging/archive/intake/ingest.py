"""The one way into the archive: C-STORE, STOW-RS, import and capture all come through here (promise 1).

The steps: the data set streams to a spool file (`spool.SpoolWriter`), its attributes are read without the bulk, the file is made durable
and renamed, and the index is committed; only then does a caller say Success. No broker is involved.
"""

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import BinaryIO

from django.db import DataError, IntegrityError
from django.utils.translation import gettext as _

from imaging.archive.intake import spool
from imaging.archive.intake.entry import Entry, IngestResult
from imaging.archive.intake.headers import FILE_META_BYTES, Header, file_meta_read, spooled_header
from imaging.archive.intake.index import IndexAway, index_now
from imaging.archive.intake.scan import Malformed
from imaging.archive.intake.spool import Spooled, SpoolWriter
from imaging.common.dicom import is_uid
from imaging.common.errors import InvalidInput

# Makes the file durable by calling the second, and has the first in the index when it returns.
Commit = Callable[[Entry, Callable[[], object]], IngestResult]
# Hears the SOP class and instance UID as soon as they are known, so that a refusal can name its object.
Named = Callable[[str, str], object]
REQUIRED = (("00080016", "SOP Class UID"), ("00080018", "SOP Instance UID"), ("0020000D", "Study Instance UID"),
    ("0020000E", "Series Instance UID"))  # fmt: skip


def place_then_index(entry: Entry, place: Callable[[], object]) -> IngestResult:
    place()
    return index_now([entry])[0]


class NotUnderstood(InvalidInput):
    """The object cannot be understood: DIMSE C000, STOW 0xC000."""

    code = "not-understood"


class ClassDiffers(InvalidInput):
    """What was announced (command, multipart header, study in the address) and the data set name different objects: A900."""

    code = "announced-otherwise"


def instance_ingest(
    *,
    stream: BinaryIO,
    source_ae_title: str,
    door: str,
    expected_sop_class_uid: str | None = None,
    expected_sop_instance_uid: str | None = None,
    expected_study_instance_uid: str | None = None,
    commit: Commit = place_then_index,
    on_named: Named = lambda *_uids: None,
) -> IngestResult:
    """Take in one DICOM file (PS3.10; a bare data set too) from `stream` and return what became of it; durable on return.

    Raises NotUnderstood (C000), ClassDiffers (A900), StorageRefused (A700) or TooLarge; nothing is kept then.
    """
    spooled = stream_spool(stream, source_ae_title, expected_sop_class_uid, expected_sop_instance_uid, on_named)
    return spooled_ingest(
        spooled=spooled,
        door=door,
        expected_sop_class_uid=expected_sop_class_uid,
        expected_sop_instance_uid=expected_sop_instance_uid,
        expected_study_instance_uid=expected_study_instance_uid,
        commit=commit,
        on_named=on_named,
    )


def spooled_ingest(
    *,
    spooled: Spooled,
    door: str,
    expected_sop_class_uid: str | None = None,
    expected_sop_instance_uid: str | None = None,
    expected_study_instance_uid: str | None = None,
    commit: Commit = place_then_index,
    on_named: Named = lambda *_uids: None,
) -> IngestResult:
    """The same for an object that a receiver has already streamed into the spool with a `SpoolWriter`."""
    entry = _entry(spooled, door, expected_sop_class_uid, expected_sop_instance_uid, expected_study_instance_uid, on_named)
    with _removed_unless_committed([entry]):
        return commit(entry, partial(spool.place, entry.spooled, entry.path))


def entry_place(
    *, spooled: Spooled, door: str, expected_study_instance_uid: str | None = None, on_named: Named = lambda *_uids: None
) -> Entry:
    """The half that needs no database: the object is understood and its file durable. Raises as `instance_ingest` does."""
    entry = _entry(spooled, door, None, None, expected_study_instance_uid, on_named)
    spool.place(entry.spooled, entry.path)
    return entry


def entries_commit(entries: list[Entry]) -> list[IngestResult]:
    """The other half, for one object or several at once. Raises what the database raised; nothing is in the index then.

    The file of a lone one goes with it; several are for the caller to try one by one.
    """
    with _removed_unless_committed(entries):
        return index_now(entries)


@contextlib.contextmanager
def _removed_unless_committed(entries: list[Entry]) -> Iterator[None]:
    try:
        yield
    except (IntegrityError, DataError, IndexAway):  # surely not committed; after any other failure the row may be there, and the file stays
        if len(entries) == 1:
            spool.remove(entries[0].path)
        raise


def _entry(
    spooled: Spooled, door: str, sop_class_uid: str | None, sop_instance_uid: str | None, study_instance_uid: str | None, on_named: Named
) -> Entry:
    """The object, understood and with a place to go to."""
    try:
        header = _understood(spooled)
        on_named(header.text("00080016"), header.text("00080018"))
        _check_announced(header, sop_class_uid, sop_instance_uid, study_instance_uid)
        spooled = _rightly_named(spooled, header)
        path = spool.path_for(spooled)
    except BaseException:
        spooled.discard()
        raise
    return Entry(spooled, header, path, door)


def stream_spool(
    stream: BinaryIO, source_ae_title: str, sop_class_uid: str | None, sop_instance_uid: str | None, on_named: Named
) -> Spooled:
    """Take one file off `stream` into the spool. Raises NotUnderstood, StorageRefused or TooLarge."""
    head = stream.read(FILE_META_BYTES)
    try:
        meta = file_meta_read(head)
    except Malformed as error:
        raise NotUnderstood(_("Not understood: %(reason)s.") % {"reason": error}) from error
    if not is_uid(meta.transfer_syntax_uid):
        raise NotUnderstood(_("Not understood: %(reason)s.") % {"reason": "its transfer syntax is no UID"})
    names = (sop_class_uid or meta.sop_class_uid, sop_instance_uid or meta.sop_instance_uid)
    on_named(*names)
    writer = SpoolWriter(meta.transfer_syntax_uid, *names, source_ae_title=source_ae_title)
    try:
        writer.write(head[meta.size :])
        for piece in spool.pieces(stream):
            writer.write(piece)
        return writer.finish()
    except BaseException:
        writer.discard()
        raise


def _understood(spooled: Spooled) -> Header:
    """The header, with UIDs that are UIDs. Raises NotUnderstood."""
    try:
        header = spooled_header(spooled)
    except Malformed as error:
        raise NotUnderstood(_("Not understood: %(reason)s.") % {"reason": error}) from error
    for tag, name in REQUIRED:
        if not is_uid(header.text(tag)):
            raise NotUnderstood(_("Not understood: %(reason)s.") % {"reason": f"its {name} is missing or no UID"})
    return header


def _check_announced(header: Header, sop_class_uid: str | None, sop_instance_uid: str | None, study_instance_uid: str | None) -> None:
    announced = (("00080016", sop_class_uid), ("00080018", sop_instance_uid), ("0020000D", study_instance_uid))
    for tag, expected in announced:
        if expected and header.text(tag) != expected:
            raise ClassDiffers(
                _("Announced as %(announced)s, but the data set says %(found)s.") % {"announced": expected, "found": header.text(tag)}
            )


def _rightly_named(spooled: Spooled, header: Header) -> Spooled:
    """File Meta Information that a sender left out or got wrong is written anew; the data set stays as received."""
    sop_class_uid, sop_instance_uid = header.text("00080016"), header.text("00080018")
    if (spooled.sop_class_uid, spooled.sop_instance_uid) == (sop_class_uid, sop_instance_uid):
        return spooled
    rewritten = spool.rewrite(spooled, sop_class_uid=sop_class_uid, sop_instance_uid=sop_instance_uid)
    moved = rewritten.dataset_offset - spooled.dataset_offset
    header.frames[:] = [(offset + moved, length) for offset, length in header.frames]
    return rewritten
