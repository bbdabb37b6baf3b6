"""The common case of the index commit: further images of series that are known. A few statements, however many images come together.

Nothing is decided here. Whatever is not plain (a new study or series, another patient, a UID that is known, what was ever corrected, a
rejection note) raises `NeedsCare`, and `index` looks at it closely.
"""

from collections.abc import Sequence
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
SERIES_TAKES = """UPDATE imaging_series SET instance_count = instance_count + %s WHERE series_instance_uid = %s
 AND study_id = (SELECT id FROM imaging_study WHERE study_instance_uid = %s) RETURNING id"""
INSTANCE_KEY = "(SELECT id FROM imaging_instance WHERE sop_instance_uid = %s)"
Statement = tuple[str, Sequence[Any]]


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
    made = _insert(_placed(sorted(entries, key=_series_uids)))
    return [made[entry.sop_instance_uid] for entry in entries]


def _series_uids(entry: Entry) -> tuple[str, str]:
    return entry.study_instance_uid, entry.series_instance_uid


def _placed(order: list[Entry]) -> list[Row]:
    """Each image with its study and series, which now count it. Raises NeedsCare."""
    of_study = [list(images) for _uid, images in groupby(order, lambda entry: entry.study_instance_uid)]
    of_series = [list(images) for _uids, images in groupby(order, _series_uids)]
    asked = [*(_study_takes(images) for images in of_study), *(_series_takes(images) for images in of_series)]
    found = [_only(answer) for answer in _answers(asked)]
    studies = {images[0].study_instance_uid: _study(images, row) for images, row in zip(of_study, found[: len(of_study)], strict=True)}
    rows: list[Row] = []
    for images, (series_id,) in zip(of_series, found[len(of_study) :], strict=True):
        rows += [Row(entry, series_id, studies[entry.study_instance_uid]) for entry in images]
    return rows


def _only(answer: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    """The row that was changed. Raises NeedsCare when there was none."""
    if not answer:
        raise NeedsCare
    return answer[0]


def _study_takes(images: list[Entry]) -> Statement:
    size = sum(entry.spooled.size_bytes for entry in images)
    moment = connection.ops.adapt_datetimefield_value(max(entry.received_at for entry in images))
    return STUDY_TAKES, (len(images), size, moment, True, FAST, images[0].study_instance_uid)


def _series_takes(images: list[Entry]) -> Statement:
    return SERIES_TAKES, (len(images), images[0].series_instance_uid, images[0].study_instance_uid)


def _study(images: list[Entry], row: tuple[Any, ...]) -> Study:
    study: Study = Study.from_db(connection.alias, ("id", "patient_id", "patient_name"), row)
    study.study_instance_uid = images[0].study_instance_uid
    if any(patient_clash(study, entry.header) for entry in images):
        raise NeedsCare
    study_received.send(sender=Study, study=study)
    return study


def _answers(statements: list[Statement]) -> list[list[tuple[Any, ...]]]:
    """The rows that each statement returns. PostgreSQL is asked for all of them at once."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(";".join(text for text, _values in statements), [value for _text, values in statements for value in values])
            return [_rows(cursor), *(_rows(cursor) for _ in statements[1:] if cursor.nextset())]
        return [_rows(cursor.execute(text, values)) for text, values in statements]


def _rows(cursor: Any) -> list[tuple[Any, ...]]:
    return cursor.fetchall() if cursor.description else []


def _insert(rows: list[Row]) -> dict[str, IngestResult]:
    """Both tables in one statement each, and the result of each object by its UID."""
    made = [Instance(series_id=row.series_id, sop_instance_uid=row.entry.sop_instance_uid, **file_fields(row.entry)) for row in rows]
    fields = [field for field in Instance._meta.concrete_fields if not field.primary_key]
    instances = _insertion(Instance, fields, ["%s"] * len(fields), len(made)) + " RETURNING id, sop_instance_uid"
    packed = _insertion(InstanceMetadata, list(InstanceMetadata._meta.concrete_fields), [INSTANCE_KEY, "%s"], len(made))
    found, _none = _answers(
        [
            (instances, [field.get_db_prep_save(getattr(one, field.attname), connection) for one in made for field in fields]),
            (packed, [value for row in rows for value in (row.entry.sop_instance_uid, metadata_pack(row.entry.header.attributes))]),
        ]
    )
    keys = {uid: key for key, uid in found}
    for instance in made:
        instance.pk, instance._state.adding, instance._state.db = keys[instance.sop_instance_uid], False, connection.alias
    return {
        row.entry.sop_instance_uid: IngestResult(Status.STORED, _of_series(instance, row), row.study)
        for row, instance in zip(rows, made, strict=True)
    }


def _of_series(instance: Instance, row: Row) -> Instance:
    named = (row.series_id, row.study.pk, row.entry.series_instance_uid)
    series: Series = Series.from_db(connection.alias, ("id", "study_id", "series_instance_uid"), named)
    series.study = row.study
    instance.series = series
    return instance


def _insertion(model: type[Model], fields: Sequence["Field[Any, Any]"], values: Sequence[str], count: int) -> str:
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    row = f"({', '.join(values)})"
    return f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({names}) VALUES {', '.join([row] * count)}"  # noqa: S608  names of our own
