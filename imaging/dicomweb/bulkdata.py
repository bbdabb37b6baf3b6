"""Values that metadata points to instead of holding, and documents that objects carry."""

import re

from django.utils.translation import gettext as _
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import EncapsulatedPDFStorage

from imaging.archive.models import Instance
from imaging.archive.pixels import file_of
from imaging.common.errors import InvalidInput, NotFound

# Metadata keeps "bulkdata/TAG" or "bulkdata/TAG/INDEX/TAG" (index of the sequence item, from 0), relative to the instance.
STORED = b'"BulkDataURI":'
PATH = re.compile(r"[0-9A-Fa-f]{8}(/\d{1,5}/[0-9A-Fa-f]{8}){0,8}")
DOCUMENT_TAG = 0x00420011


def with_addresses(packed: bytes, instance_address: str, transfer_syntax_uid: str) -> bytes:
    """Stored metadata with its relative pointers made absolute, and the stored transfer syntax named.

    A replacement of bytes: nothing is parsed.
    """
    named = b'{"00083002":{"vr":"UI","Value":["%s"]},' % transfer_syntax_uid.encode() + packed[1:] if packed.startswith(b'{"') else packed
    if STORED not in named:
        return named
    return re.sub(rb'("BulkDataURI":\s*")(?=bulkdata/)', lambda found: found.group(1) + instance_address.encode(), named)


def value_at(instance: Instance, path: str) -> bytes:
    """The bytes of one element. Raises InvalidInput for a path that is none, NotFound when nothing is there."""
    if PATH.fullmatch(path) is None:
        raise InvalidInput(_("The address of this value cannot be read."))
    steps = path.split("/")
    ds: Dataset = _read(instance, [int(steps[0], 16)])
    for tag, index in zip(steps[:-1:2], steps[1::2], strict=True):
        items = ds[int(tag, 16)].value if int(tag, 16) in ds else []
        if int(index) >= len(items):
            raise NotFound(_("This object has no such value."))
        ds = items[int(index)]
    return _bytes_of(ds, int(steps[-1], 16))


def _read(instance: Instance, tags: list[int]) -> Dataset:
    try:
        return dcmread(file_of(instance), specific_tags=tags)
    except Exception as error:  # a damaged object fails in many ways
        raise NotFound(_("This object cannot be read.")) from error


def _bytes_of(ds: Dataset, tag: int) -> bytes:
    if tag not in ds:
        raise NotFound(_("This object has no such value."))
    value = ds[tag].value
    if isinstance(value, bytes):
        return value
    raise InvalidInput(_("This value is in the metadata itself."))


def encapsulated_pdf(instance: Instance) -> bytes | None:
    """The PDF that the object carries; None for any other object."""
    if instance.sop_class_uid != EncapsulatedPDFStorage:
        return None
    return value_at(instance, f"{DOCUMENT_TAG:08X}").rstrip(b"\0")
