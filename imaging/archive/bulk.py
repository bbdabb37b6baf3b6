"""Values that the kept metadata only points to: read from the file when they are asked for."""

import re

from django.utils.translation import gettext as _
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian

from imaging.archive.models import Instance
from imaging.archive.places import place_named
from imaging.archive.values import little_endian
from imaging.common.errors import InvalidInput, NotFound

# Metadata keeps "bulkdata/TAG" or "bulkdata/TAG/INDEX/TAG" (index of the sequence item, from 0), relative to the instance.
PATH = re.compile(r"[0-9A-Fa-f]{8}(/\d{1,5}/[0-9A-Fa-f]{8}){0,8}")


def value_at(instance: Instance, path: str) -> bytes:
    """The bytes of one element, little-endian. Raises InvalidInput for a path that is none, NotFound when nothing is there."""
    if PATH.fullmatch(path) is None:
        raise InvalidInput(_("The address of this value cannot be read."))
    steps = path.split("/")
    ds = _read(instance, int(steps[0], 16))
    for tag, index in zip(steps[:-1:2], steps[1::2], strict=True):
        items = ds[int(tag, 16)].value if int(tag, 16) in ds else []
        if int(index) >= len(items) or not isinstance(items[int(index)], Dataset):
            raise NotFound(_("This object has no such value."))
        ds = items[int(index)]
    return _bytes_of(ds, int(steps[-1], 16), instance.transfer_syntax_uid == ExplicitVRBigEndian)


def _read(instance: Instance, tag: int) -> Dataset:
    try:
        with place_named(instance.tier).open(instance.path) as file:
            return dcmread(file, specific_tags=[tag])
    except Exception as error:  # a damaged object fails in many ways
        raise NotFound(_("This object cannot be read.")) from error


def _bytes_of(ds: Dataset, tag: int, is_big: bool) -> bytes:
    """As they are in the file: nothing is decoded on the way."""
    if tag not in ds:
        raise NotFound(_("This object has no such value."))
    element = ds.get_item(tag)
    value = element.value if element is not None else None
    if not isinstance(value, bytes):
        raise InvalidInput(_("This value is in the metadata itself."))
    return little_endian(str(element.VR), value) if is_big and element is not None else value
