"""What goes into the index and what comes of it: a durable file with its header, and what became of it."""

import datetime as dt
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django.utils import timezone

from imaging.archive.intake.frames import frames_pack
from imaging.archive.intake.headers import Header
from imaging.archive.intake.spool import Spooled
from imaging.archive.intake.values import Json
from imaging.archive.models import Instance, Study
from imaging.archive.places import FAST


class Status(Enum):
    STORED = "stored"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"


@dataclass(frozen=True)
class Entry:
    """A file, ready for the index; durable once `settle` has returned."""

    spooled: Spooled
    header: Header
    path: str
    door: str
    settle: Callable[[], object] = lambda: None
    """Called before the commit. Raises when the file could not be made durable; nothing is indexed then."""
    received_at: dt.datetime = field(default_factory=timezone.now)

    @property
    def sop_instance_uid(self) -> str:
        return self.header.text("00080018")

    @property
    def series_instance_uid(self) -> str:
        return self.header.text("0020000E")

    @property
    def study_instance_uid(self) -> str:
        return self.header.text("0020000D")


@dataclass(frozen=True)
class IngestResult:
    """What became of an object. `instance` is the one now held under its UID; for a quarantined object that is the first one, if any."""

    status: Status
    instance: Instance | None
    study: Study | None = None
    warning: str = ""


def file_fields(entry: Entry) -> dict[str, Any]:
    """What `Instance` keeps of a file and of its pixel data."""
    header, spooled = entry.header, entry.spooled
    return {
        "sop_class_uid": header.text("00080016", 64),
        "instance_number": header.number("00200013"),
        "transfer_syntax_uid": spooled.transfer_syntax_uid,
        "rows": header.number("00280010"),
        "columns": header.number("00280011"),
        "number_of_frames": header.number_of_frames,
        "path": entry.path,
        "tier": FAST,
        "size_bytes": spooled.size_bytes,
        "sha256": spooled.sha256,
        "dataset_sha256": spooled.dataset_sha256,
        "dataset_offset": spooled.dataset_offset,
        "frame_offsets": frames_pack(header.frames),
        "received_at": entry.received_at,
        "source_ae_title": spooled.source_ae_title,
    }


def metadata_pack(attributes: Json) -> bytes:
    return zlib.compress(json.dumps(attributes, ensure_ascii=False, separators=(",", ":")).encode(), 1)
