"""Keeping measurements on cut planes."""

import sys
import uuid
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.archive.models import Instance, Study
from imaging.common.dicom import is_uid
from imaging.common.errors import InvalidInput
from imaging.viewer.marking import frame_check, mark_keep, mark_take_away
from imaging.viewer.planes.models import PlaneMark

# Tool -> how many places it has, and what it measures besides what is read from the series.
TOOLS: dict[str, tuple[int, frozenset[str]]] = {
    "PlaneLength": (2, frozenset({"length", "unit"})),
    "PlaneAngle": (3, frozenset({"angle"})),
    "Ball": (2, frozenset({"diameter", "unit"})),
}
READ = frozenset({"mean", "max", "stdDev", "peak"})
READ_UNITS = frozenset({"", "HU", "g/ml{SUVbw}", "g/ml{SUVlbm}", "cm2/ml{SUVbsa}", "Bq/ml", "g/ml", "mg/ml", "%", "10*23/ml"})
VIEWED = {"normal": 3, "up": 3}
SLABS = frozenset({"", "mip", "minip", "mean"})
MOST_SERIES = 4
# A place in the patient is a few metres away from the origin at most; a frame of reference may begin anywhere on the table.
FARTHEST_MM = 100_000


@transaction.atomic
def plane_mark_save(
    *, user: User, uid: uuid.UUID, study: Study, instance: Instance, values: dict[str, Any], revision: int | None = None,
    is_removed: bool = False,
) -> PlaneMark:  # fmt: skip
    """Keep a measurement on a cut plane, its change, or that it was taken away (`mark_keep`).

    Raises Forbidden, Conflict, NotFound for a frame that is not there, InvalidInput for what cannot be a measurement.
    """
    require(user, Act.KEY_IMAGE_MARK)
    frame_check(instance, values["frame"])
    _check(values)
    kept = {name: values[name] for name in ("frame", "tool", "places", "values", "readings", "view")}
    lies = {"instance": instance, "frame_of_reference_uid": values["frame_of_reference"]}
    named: dict[str, Any] = {"uid": uid, "study": study, "revision": revision, "is_removed": is_removed}
    return mark_keep(PlaneMark, user=user, values={**lies, **kept}, **named)


@transaction.atomic
def plane_mark_remove(*, user: User, study: Study, uid: uuid.UUID) -> None:
    """Take a measurement away (`mark_take_away`). Raises Forbidden."""
    require(user, Act.KEY_IMAGE_MARK)
    mark_take_away(PlaneMark, user=user, uid=uid, study=study)


def _check(values: dict[str, Any]) -> None:
    if values["tool"] not in TOOLS:
        raise InvalidInput(_("This kind of mark is not known here."), field="tool")
    count, measures = TOOLS[values["tool"]]
    if not _is_list_of(values["places"], count, _is_place):
        raise InvalidInput(_("Every place is three numbers in millimetres."), field="places")
    if not _is_measured(values["values"], measures):
        raise InvalidInput(_("What was measured is numbers with their units."), field="values")
    if not _is_list_of(values["readings"], None, _is_reading):
        raise InvalidInput(_("What was read is numbers with their units."), field="readings")
    if not _is_view(values["view"]):
        raise InvalidInput(_("A plane is told by its normal and what is up."), field="view")
    if values["frame_of_reference"] and not is_uid(values["frame_of_reference"]):
        raise InvalidInput(_("A frame of reference is a UID."), field="frame_of_reference")


def _is_list_of(value: Any, count: int | None, is_one: Any) -> bool:
    fits = isinstance(value, list) and (len(value) == count if count is not None else len(value) <= MOST_SERIES)
    return fits and all(is_one(one) for one in value)


def _is_place(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 3 and all(_is_number(part) and abs(part) <= FARTHEST_MM for part in value)


def _is_measured(values: Any, measures: frozenset[str]) -> bool:
    return isinstance(values, dict) and bool(values) and all(_is_value(name, value, measures) for name, value in values.items())


def _is_value(name: str, value: Any, measures: frozenset[str]) -> bool:
    return name in measures and (value == "mm" if name == "unit" else _is_number(value))


def _is_reading(value: Any) -> bool:
    if not isinstance(value, dict) or not {"series", "unit"} <= set(value) <= {"series", "unit", *READ}:
        return False
    named = isinstance(value["series"], str) and is_uid(value["series"]) and value["unit"] in READ_UNITS
    return named and all(_is_number(value[name]) for name in READ & set(value))


def _is_view(value: Any) -> bool:
    if not isinstance(value, dict) or not set(value) <= {*VIEWED, "slab", "thickness"}:
        return False
    ways = all(_is_place(value[name]) for name in VIEWED if name in value)
    return ways and value.get("slab", "") in SLABS and _is_number(value.get("thickness", 0))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max
