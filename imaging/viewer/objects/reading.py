"""What an object says, as the viewer draws it. Read from what was kept when it came in, corrected where it has to be.

Whatever a sender wrote is taken for damaged rather than believed: a bad object says what is wrong, and the others are shown.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.utils.translation import gettext as _
from pydicom.dataset import Dataset

from imaging.archive.corrections.overlay import metadata_out
from imaging.archive.intake.values import Json
from imaging.archive.models import Instance
from imaging.archive.pictures.bulk import value_at
from imaging.archive.pictures.pixels import STORED_BELOW
from imaging.common.errors import LightboxError
from imaging.viewer.objects.dose_read import dose_of
from imaging.viewer.objects.head import head_of
from imaging.viewer.objects.keys_read import keys_of
from imaging.viewer.objects.kinds import DOSE, KEYS, KINDS, PRESENTATION, REPORT, SEGMENTATION, STRUCTURES, WAVEFORM
from imaging.viewer.objects.measurements_read import groups_of
from imaging.viewer.objects.presentation_read import presentation_of
from imaging.viewer.objects.segments_read import segments_of
from imaging.viewer.objects.structures_read import structures_of

logger = logging.getLogger(__name__)
READERS: dict[str, Callable[[Dataset], Json]] = {
    KEYS: keys_of,
    PRESENTATION: presentation_of,
    REPORT: groups_of,
    SEGMENTATION: segments_of,
    STRUCTURES: structures_of,
    DOSE: dose_of,
    WAVEFORM: lambda _ds: {},
}


# What stands outside the kept metadata, of one object: curves are cut to it, for only their first minute is drawn; anything else that goes
# beyond is no object to be drawn. Each value is looked for from the beginning of the file.
LARGEST_VALUES, MOST_VALUES = 64 * 1024 * 1024, 100
FIRST_CURVES, CURVES, PIXELS = "54000100/0/54001010", "54001010", "7FE0"


class Unreadable(LightboxError):
    """The object does not say what its class promises."""

    status = 422
    code = "object-unreadable"


def dataset_of(instance: Instance) -> Dataset:
    """The object without its pixels, as it goes out. Raises Unreadable."""
    try:
        return Dataset.from_json(metadata_out(instance), bulk_data_uri_handler=_Values(instance).at)
    except Unreadable:
        raise
    except Exception as error:  # what a sender wrote fails in many ways
        raise Unreadable(_("This object is damaged: its attributes cannot be read.")) from error


class _Values:
    """The values of one object that its metadata only point to, as far as they are drawn."""

    def __init__(self, instance: Instance) -> None:
        self.instance, self.octets, self.count = instance, LARGEST_VALUES, MOST_VALUES

    def at(self, uri: str | None) -> bytes:
        path = str(uri).removeprefix(STORED_BELOW)
        if path.startswith(PIXELS) or (path.endswith(CURVES) and path != FIRST_CURVES):
            return b""
        value = value_at(self.instance, path, most=LARGEST_VALUES)
        if path != FIRST_CURVES:
            self._spend(len(value))
        return value

    def _spend(self, octets: int) -> None:
        self.octets, self.count = self.octets - octets, self.count - 1
        if self.octets <= 0 or self.count < 0:
            raise Unreadable(_("This object is too large to be drawn."))


@contextmanager
def as_sent(instance: Instance) -> Iterator[None]:
    """Around whatever reads what a sender wrote: a value where there should be another, or none. Raises Unreadable instead."""
    try:
        yield
    except LightboxError:
        raise
    except Exception as error:  # it fails in many ways
        logger.warning("Object %s cannot be read", instance.sop_instance_uid, exc_info=True)
        raise Unreadable(_("This object is damaged: it does not say what it should.")) from error


def object_read(instance: Instance) -> Json:
    """What the object says; `problem` says what is wrong with a bad one."""
    kind = KINDS[instance.sop_class_uid]
    said: Json = {"uid": instance.sop_instance_uid, "kind": kind, "problem": ""}
    try:
        with as_sent(instance):
            ds = dataset_of(instance)
            return {**said, **head_of(ds), **READERS[kind](ds)}
    except LightboxError as error:
        return {**said, "problem": str(error)}


def named_in(said: Any) -> set[str]:
    """Every picture that an object speaks of, so that the viewer can tell which of them are not here."""
    if isinstance(said, list):
        # Lists of numbers are long, and name nothing.
        return {uid for part in said for uid in named_in(part)} if said and isinstance(said[0], dict) else set()
    if not isinstance(said, dict):
        return set()
    below = {uid for name, part in said.items() if name != "instance" for uid in named_in(part)}
    return below | ({said["instance"]} if isinstance(said.get("instance"), str) and said["instance"] else set())
