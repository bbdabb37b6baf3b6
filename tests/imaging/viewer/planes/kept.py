"""Measurements on cut planes, as the volume room sends them."""

import uuid
from typing import Any

from imaging.access.models import User
from imaging.archive.models import Instance
from imaging.viewer.planes.models import PlaneMark
from imaging.viewer.planes.services import plane_mark_save

FRAME = "1.2.3.4.5"
VIEW: dict[str, Any] = {"normal": [0, 1, 0], "up": [0, 0, 1], "slab": "", "thickness": 0}
LENGTH: dict[str, Any] = {
    "tool": "PlaneLength", "places": [[10, 20, 2], [10, 20, 62]], "values": {"length": 60.0, "unit": "mm"}, "readings": [], "view": VIEW,
}  # fmt: skip
ANGLE: dict[str, Any] = LENGTH | {"tool": "PlaneAngle", "places": [[0, 0, 2], [10, 0, 2], [10, 10, 2]], "values": {"angle": 90.0}}


def ball(*readings: dict[str, Any]) -> dict[str, Any]:
    values = {"diameter": 18.0, "unit": "mm"}
    return LENGTH | {"tool": "Ball", "places": [[20, 14.5, 6], [29, 14.5, 6]], "values": values, "readings": list(readings)}


def reading(series: str, unit: str = "HU", **numbers: float) -> dict[str, Any]:
    return {"series": series, "unit": unit, "mean": 40.5, "max": 80.0, "stdDev": 3.25, **numbers}


def sent(kind: dict[str, Any], instance: Instance, **changes: Any) -> dict[str, Any]:
    return kind | {"instance": instance.sop_instance_uid, "frame": 1, "frame_of_reference": FRAME} | changes


def plane_mark(user: User, instance: Instance, kind: dict[str, Any], **changes: Any) -> PlaneMark:
    values = kind | {"frame": 1, "frame_of_reference": FRAME} | changes
    return plane_mark_save(user=user, uid=uuid.uuid4(), study=instance.series.study, instance=instance, values=values)
