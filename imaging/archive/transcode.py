"""The same object in a transfer syntax that a receiver can take; what is stored stays as it is."""

import io
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _
from pydicom import dcmread
from pydicom.uid import UID, ExplicitVRBigEndian

from imaging.archive.models import Instance
from imaging.archive.pixels import CannotDecode

EXPLICIT_LITTLE, IMPLICIT_LITTLE = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2"
PLAIN = (EXPLICIT_LITTLE, IMPLICIT_LITTLE)


def dataset_as(instance: Instance, transfer_syntax_uid: str) -> BinaryIO:
    """The data set of `instance` in one of the two plain syntaxes, pixels decompressed. Raises CannotDecode."""
    if transfer_syntax_uid not in PLAIN or instance.transfer_syntax_uid == ExplicitVRBigEndian:
        raise CannotDecode(_("This object cannot be sent as %(syntax)s.") % {"syntax": UID(transfer_syntax_uid).name})
    try:
        return _converted(Path(settings.ARCHIVE_DIR) / instance.path, transfer_syntax_uid)
    except Exception as error:  # codecs raise whatever they like on damaged data
        raise CannotDecode(_("The picture cannot be decoded (%(syntax)s).") % {"syntax": UID(instance.transfer_syntax_uid).name}) from error


def _converted(path: Path, transfer_syntax_uid: str) -> BinaryIO:
    dataset = dcmread(path)
    if dataset.file_meta.TransferSyntaxUID.is_encapsulated:
        dataset.decompress(generate_instance_uid=False)
    target = io.BytesIO()
    implicit = transfer_syntax_uid == IMPLICIT_LITTLE
    dataset.file_meta.TransferSyntaxUID = UID(transfer_syntax_uid)
    dataset.save_as(target, implicit_vr=implicit, little_endian=True, enforce_file_format=False)
    return _past_file_meta(target)


def _past_file_meta(target: BinaryIO) -> BinaryIO:
    target.seek(132)
    head = target.read(12)
    target.seek(132 + 12 + int.from_bytes(head[8:12], "little"))
    return target
