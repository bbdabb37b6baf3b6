"""Values that the kept metadata only points to: read from the file when they are asked for."""

import re

from django.utils.translation import gettext as _

from imaging.archive.intake.headers import EXPLICIT_BIG, element_read
from imaging.archive.intake.scan import Malformed
from imaging.archive.intake.values import little_endian
from imaging.archive.models import Instance
from imaging.archive.places import place_named
from imaging.common.errors import InvalidInput, NotFound

# Metadata keeps "bulkdata/TAG" or "bulkdata/TAG/INDEX/TAG" (index of the sequence item, from 0), relative to the instance.
PATH = re.compile(r"[0-9A-Fa-f]{8}(/\d{1,5}/[0-9A-Fa-f]{8}){0,8}")


def value_at(instance: Instance, path: str, *, most: int | None = None) -> bytes:
    """The bytes of one element, little-endian, the first `most` of them (a multiple of 8, so that no number is cut).

    Raises InvalidInput for a path that is none, NotFound when nothing is there.
    """
    if PATH.fullmatch(path) is None:
        raise InvalidInput(_("The address of this value cannot be read."))
    try:
        with place_named(instance.tier).open(instance.path) as file:
            found = element_read(file, instance.dataset_offset, instance.transfer_syntax_uid, path.upper(), most=most)
    except (Malformed, OSError) as error:
        raise NotFound(_("This object cannot be read.")) from error
    if found is None:
        raise NotFound(_("This object has no such value."))
    vr, value = found
    return little_endian(vr, value) if instance.transfer_syntax_uid == EXPLICIT_BIG else value
