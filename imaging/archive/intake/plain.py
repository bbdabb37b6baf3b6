"""The common case of the index commit: further images of series that are known. A few statements, however many images come together.

Nothing is decided here. Whatever is not plain (a new study or series, another patient, a UID that is known, what was ever corrected, a
rejection note) raises `NeedsCare`, and `index` looks at it closely.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Field, Model

from imaging.archive.events import study_received
from imaging.archive.intake.entry import Entry, IngestResult, Status, file_fields, metadata_pack
from imaging.archive.intake.questions import KEY_OBJECT_SELECTION
from imaging.archive.models import Instance, InstanceMetadata, Series, Study
from imaging.archive.places import FAST
from imaging.archive.queue.reconcile import patient_clash

STUDY_TAKES = """UPDATE imaging_study SET instance_count = instance_count + %s, size_bytes = size_bytes + %s, last_received_at = %s,
 has_news = %s, tier = %s WHERE study_instance_uid = %s RETURNING id, patient_id, patient_name"""
SERIES_TAKES = """UPDATE imaging_series SET instance_count = instance_count + %s WHERE series_instance_uid = %s AND study_id = %s
 RETURNING id"""


class NeedsCare(Exception):
    """An entry is not plain; the transaction is of no use."""


class Row(NamedTuple):
    entry: Entry
    series_id: int
    study: Study


def index_plain(entries: list[Entry]) -> list[IngestResult]:
    """Index `entries`, all of them or none, inside the caller's transaction. Raises NeedsCare, or IntegrityError for a known UID."""
    if len({entry.sop_instance_uid for entry in entries}) < len(entries):
        raise NeedsCare
    if any(entry.header.text("00080016") == KEY_OBJECT_SELECTION for entry in entries):
        raise NeedsCare
    # In the order of studies, then series, as everywhere: two transactions never wait for each other in a circle.
    order = sorted(entries, key=lambda entry: (entry.study_instance_uid, entry.series_instance_uid))
    rows: list[Row] = []
    for _uid, of_study in groupby(order, lambda entry: entry.study_instance_uid):
        rows += _study(list(of_study))
    made = _insert(rows)
    return [made[entry.sop_instance_uid] for entry in entries]


def _study(entries: list[Entry]) -> Iterable[Row]:
    study = _study_taking(entries)
    if any(patient_clash(study, entry.header) for entry in entries):
        raise NeedsCare
    for _uid, of_series in groupby(entries, lambda entry: entry.series_instance_uid):
        images = list(of_series)
        series_id = _series_taking(images, study)
        yield from (Row(entry, series_id, study) for entry in images)
    study_received.send(sender=Study, study=study)


def _study_taking(entries: list[Entry]) -> Study:
    size = sum(entry.spooled.size_bytes for entry in entries)
    moment = connection.ops.adapt_datetimefield_value(max(entry.received_at for entry in entries))
    found = _one(STUDY_TAKES, (len(entries), size, moment, True, FAST, entries[0].study_instance_uid))
    study: Study = Study.from_db(connection.alias, ("id", "patient_id", "patient_name"), found)
    study.study_instance_uid = entries[0].study_instance_uid
    return study


def _series_taking(images: list[Entry], study: Study) -> int:
    return int(_one(SERIES_TAKES, (len(images), images[0].series_instance_uid, study.pk))[0])


def _one(statement: str, values: Sequence[Any]) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found = cursor.fetchone()
    if found is None:
        raise NeedsCare
    return tuple(found)


def _insert(rows: list[Row]) -> dict[str, IngestResult]:
    """Both tables in one statement each, and the result of each object by its UID."""
    made = [Instance(series_id=row.series_id, sop_instance_uid=row.entry.sop_instance_uid, **file_fields(row.entry)) for row in rows]
    fields = [field for field in Instance._meta.concrete_fields if not field.primary_key]
    statement = _insertion(Instance, fields, len(made)) + " RETURNING id, sop_instance_uid"
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for instance in made for value in _values(instance, fields)])
        keys = {uid: key for key, uid in cursor.fetchall()}
        for instance in made:
            instance.pk, instance._state.adding, instance._state.db = keys[instance.sop_instance_uid], False, connection.alias
        packed = [
            InstanceMetadata(instance_id=keys[row.entry.sop_instance_uid], json_zlib=metadata_pack(row.entry.header.attributes))
            for row in rows
        ]
        whole = list(InstanceMetadata._meta.concrete_fields)
        cursor.execute(_insertion(InstanceMetadata, whole, len(packed)), [value for one in packed for value in _values(one, whole)])
    return {
        row.entry.sop_instance_uid: IngestResult(Status.STORED, _of_series(instance, row), row.study)
        for row, instance in zip(rows, made, strict=True)
    }


def _of_series(instance: Instance, row: Row) -> Instance:
    series: Series = Series.from_db(connection.alias, ("id", "study_id"), (row.series_id, row.study.pk))
    series.study = row.study
    instance.series = series
    return instance


def _insertion(model: type[Model], fields: Sequence["Field[Any, Any]"], count: int) -> str:
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    row = f"({', '.join(['%s'] * len(fields))})"
    return f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({names}) VALUES {', '.join([row] * count)}"  # noqa: S608  names of our own


def _values(made: Model, fields: Sequence["Field[Any, Any]"]) -> list[Any]:
    return [field.get_db_prep_save(getattr(made, field.attname), connection) for field in fields]
