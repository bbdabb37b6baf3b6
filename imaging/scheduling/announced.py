"""What a device says that it made, by series: Performed Series Sequence (0040,0340) of its performed step (PS3.3 C.4.15)."""

from typing import Any

from imaging.common.dicom import is_uid

IMAGE_SEQUENCES = ("00081140", "00400220")
MOST_SERIES = 500
Json = dict[str, Any]


def series_announced(dataset: Json) -> list[Json]:
    """For each series that the step lists, told once: its `uid`, its `description`, and how many `images` it has there."""
    found: dict[str, Json] = {}
    for item in _items(dataset, "00400340")[:MOST_SERIES]:
        uid = _text(item, "0020000E")
        if is_uid(uid):
            about = found.setdefault(uid, {"uid": uid, "description": _text(item, "0008103E")[:64], "images": 0})
            about["images"] += len({_text(one, "00081155") for tag in IMAGE_SEQUENCES for one in _items(item, tag)})
    return list(found.values())


def series_merged(before: list[Json], now: list[Json]) -> list[Json]:
    """Some devices tell each series once, in a message of its own; told again, it is as it was told last."""
    return list({one["uid"]: one for one in [*before, *now]}.values())


def _items(dataset: Json, tag: str) -> list[Json]:
    return [item for item in (dataset.get(tag) or {}).get("Value") or [] if isinstance(item, dict)]


def _text(dataset: Json, tag: str) -> str:
    value = ((dataset.get(tag) or {}).get("Value") or [""])[0]
    return value.strip() if isinstance(value, str) else ""
