"""The one table of matching keys, used by QIDO-RS and by C-FIND alike (PS3.4 C.2.2.2, PS3.18 8.3.4).

`path` is the model field, relative to the level's own model; keys of a higher level reach it through their relation.
"""

import enum
from collections.abc import Iterable
from dataclasses import dataclass


class Level(enum.IntEnum):
    STUDY = 1
    SERIES = 2
    INSTANCE = 3


class Kind(enum.Enum):
    """How a value matches."""

    UID_LIST = "uid"
    TEXT = "text"
    NAME = "name"
    DATE = "date"
    TIME = "time"
    NUMBER = "number"
    CODES = "codes"
    """Any of the codes kept together, enclosed by backslashes, such as ModalitiesInStudy."""
    COUNT = "count"
    """Returned, never matched."""


@dataclass(frozen=True)
class Key:
    keyword: str
    tag: str
    vr: str
    level: Level
    path: str
    kind: Kind


def _keys(level: Level, *rows: tuple[str, str, str, str, Kind]) -> tuple[Key, ...]:
    return tuple(Key(keyword, tag, vr, level, path, kind) for keyword, tag, vr, path, kind in rows)


STUDY_KEYS = _keys(
    Level.STUDY,
    ("StudyDate", "00080020", "DA", "study_date", Kind.DATE),
    ("StudyTime", "00080030", "TM", "study_time", Kind.TIME),
    ("AccessionNumber", "00080050", "SH", "accession_number", Kind.TEXT),
    ("ModalitiesInStudy", "00080061", "CS", "modalities_in_study", Kind.CODES),
    ("ReferringPhysicianName", "00080090", "PN", "referring_physician_name", Kind.NAME),
    ("StudyDescription", "00081030", "LO", "study_description", Kind.TEXT),
    ("PatientName", "00100010", "PN", "patient_name", Kind.NAME),
    ("PatientID", "00100020", "LO", "patient_id", Kind.TEXT),
    ("IssuerOfPatientID", "00100021", "LO", "issuer_of_patient_id", Kind.TEXT),
    ("PatientBirthDate", "00100030", "DA", "patient_birth_date", Kind.DATE),
    ("PatientSex", "00100040", "CS", "patient_sex", Kind.TEXT),
    ("StudyInstanceUID", "0020000D", "UI", "study_instance_uid", Kind.UID_LIST),
    ("StudyID", "00200010", "SH", "study_id", Kind.TEXT),
    ("NumberOfStudyRelatedSeries", "00201206", "IS", "series_count", Kind.COUNT),
    ("NumberOfStudyRelatedInstances", "00201208", "IS", "instance_count", Kind.COUNT),
)
SERIES_KEYS = _keys(
    Level.SERIES,
    ("SeriesDate", "00080021", "DA", "series_date", Kind.DATE),
    ("SeriesTime", "00080031", "TM", "series_time", Kind.TIME),
    ("Modality", "00080060", "CS", "modality", Kind.TEXT),
    ("SeriesDescription", "0008103E", "LO", "series_description", Kind.TEXT),
    ("StationName", "00081010", "SH", "station_name", Kind.TEXT),
    ("BodyPartExamined", "00180015", "CS", "body_part_examined", Kind.TEXT),
    ("Laterality", "00200060", "CS", "laterality", Kind.TEXT),
    ("SeriesInstanceUID", "0020000E", "UI", "series_instance_uid", Kind.UID_LIST),
    ("SeriesNumber", "00200011", "IS", "series_number", Kind.NUMBER),
    ("NumberOfSeriesRelatedInstances", "00201209", "IS", "instance_count", Kind.COUNT),
)
INSTANCE_KEYS = _keys(
    Level.INSTANCE,
    ("SOPClassUID", "00080016", "UI", "sop_class_uid", Kind.UID_LIST),
    ("SOPInstanceUID", "00080018", "UI", "sop_instance_uid", Kind.UID_LIST),
    ("AvailableTransferSyntaxUID", "00083002", "UI", "transfer_syntax_uid", Kind.UID_LIST),
    ("InstanceNumber", "00200013", "IS", "instance_number", Kind.NUMBER),
    ("NumberOfFrames", "00280008", "IS", "number_of_frames", Kind.NUMBER),
    ("Rows", "00280010", "US", "rows", Kind.NUMBER),
    ("Columns", "00280011", "US", "columns", Kind.NUMBER),
)
KEYS_BY_LEVEL = {Level.STUDY: STUDY_KEYS, Level.SERIES: SERIES_KEYS, Level.INSTANCE: INSTANCE_KEYS}
ALL_KEYS = STUDY_KEYS + SERIES_KEYS + INSTANCE_KEYS
_BY_NAME = {key.keyword.lower(): key for key in ALL_KEYS} | {key.tag: key for key in ALL_KEYS}
# The way from a level's model up to the model of a higher level.
_UPWARDS = {
    (Level.SERIES, Level.STUDY): "study__",
    (Level.INSTANCE, Level.SERIES): "series__",
    (Level.INSTANCE, Level.STUDY): "series__study__",
}


def find_key(name: str) -> Key | None:
    """A key by its keyword or by its tag in eight hexadecimal digits, as QIDO and C-FIND name it."""
    return _BY_NAME.get(name.upper()) or _BY_NAME.get(name.lower())


def field_path(key: Key, level: Level) -> str:
    """The ORM path of `key` from the model of `level`, which must not be above the key's own level."""
    return _UPWARDS.get((level, key.level), "") + key.path


def keys_up_to(level: Level) -> Iterable[Key]:
    """Keys that may be matched on at `level`: its own and those of the levels above."""
    return (key for key in ALL_KEYS if key.level <= level)
