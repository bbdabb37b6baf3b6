"""Booked steps with all that a worklist answer tells, in one question to the database whose text is made once.

A scanner asks every minute, and an answer may be a hundred steps: making a question out of models and models out of its answer would cost
more than everything else.
"""

import datetime as dt
import json
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from imaging.common.plans import planned_once
from imaging.patients.models import PatientIdentifier
from imaging.scheduling.models import ScheduledStep


class WorklistStep(NamedTuple):
    """A booked step; each value is named by its way from there."""

    pk: int
    scheduled_procedure_step_id: str
    station_ae_title: str
    modality: str
    description: str
    protocol_code: str
    status: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    room_id: int
    room__code: str
    station__name: str | None
    exam__study_instance_uid: str
    exam__accession_number: str
    exam__requested_procedure_id: str
    exam__priority: str
    exam__placer_number: str
    exam__procedure__name: str
    exam__procedure__code: str
    exam__procedure__preparation: str
    exam__procedure__uses_contrast: bool
    exam__performer__username: str | None
    exam__performer__last_name: str | None
    exam__performer__first_name: str | None
    exam__performer__name_local: str | None
    exam__order__referrer_name: str
    exam__order__referring_department: str
    exam__order__reason: str
    exam__order__safety: dict[str, Any]
    exam__order__placer_number: str
    exam__order__filler_number: str
    exam__order__visit__number: str | None
    exam__order__visit__location: str | None
    exam__patient__number: str
    exam__patient__name: str
    exam__patient__name_ideographic: str
    exam__patient__name_phonetic: str
    exam__patient__birth_date: dt.date | None
    exam__patient__sex: str
    exam__patient__weight_kg: Any
    exam__patient__allergies: str
    exam__patient__is_protected: bool
    issuer_of_patient_id: str | None


def worklist_parts(pks: Sequence[int]) -> list[WorklistStep]:
    """The steps of `pks` that there are, in that order."""
    if not pks:
        return []
    with planned_once(), connection.cursor() as cursor:
        cursor.execute(*_question(pks))
        found = {row[0]: _typed(WorklistStep._make(row)) for row in cursor.fetchall()}
    return [found[pk] for pk in pks if pk in found]


def _question(pks: Sequence[int]) -> tuple[str, list[int]]:
    """Text and values. There are few lengths of the list, so that there are few texts: the last key fills it up."""
    length = 1
    while length < len(pks):
        length *= 2
    return _text(length), [*pks, *[pks[-1]] * (length - len(pks))]


@cache
def _text(length: int) -> str:
    numbered = PatientIdentifier.objects.filter(patient=OuterRef("exam__patient"), value=OuterRef("exam__patient__number"))
    rows = ScheduledStep.objects.annotate(issuer_of_patient_id=Subquery(numbered.order_by("pk").values("issuer")[:1]))
    text, _values = rows.filter(pk__in=range(length)).values_list(*WorklistStep._fields).query.sql_with_params()
    return str(text)


def _typed(step: WorklistStep) -> WorklistStep:
    """The values that the database gives otherwise than models do."""
    safety: Any = step.exam__order__safety
    return step._replace(exam__order__safety=json.loads(safety), starts_at=_aware(step.starts_at), ends_at=_aware(step.ends_at))


def _aware(moment: dt.datetime) -> dt.datetime:
    return moment if timezone.is_aware(moment) else moment.replace(tzinfo=dt.UTC)
