"""Tables of grey values and bitmaps that a presentation state carries itself (PS3.3 C.11.1, C.11.2, C.11.6, C.7.6.15, C.9.2)."""

import base64

import numpy as np
from pydicom.dataset import Dataset

from imaging.archive.intake.values import Json
from imaging.viewer.objects.head import items, numbers

MOST_ENTRIES, MOST_BITS = 65536, 16
MOST_POINTS = 16_777_216


def table_of(ds: Dataset, keyword: str) -> Json | None:
    """The first table below `keyword`: the value that its entries begin at, the entries, and what is white. None when there is none."""
    item = next(iter(items(ds, keyword)), None)
    if item is None:
        return None
    described = numbers(item, "LUTDescriptor")
    if len(described) != 3 or not 0 <= described[0] <= MOST_ENTRIES or not 1 <= described[2] <= MOST_BITS:
        return None
    entries = _entries(item, int(described[0]) or MOST_ENTRIES)
    return {"first": int(described[1]), "entries": entries, "most": 2 ** int(described[2]) - 1} if entries else None


def _entries(item: Dataset, count: int) -> list[int]:
    """At most `count` of them: what lies behind is never unpacked, however much there is."""
    data = item.get("LUTData")
    if isinstance(data, bytes):
        return np.frombuffer(data[: min(len(data) // 2, count) * 2], "<u2").tolist()
    return [int(part) for part in numbers(item, "LUTData")[:count]]


def bitmap_of(ds: Dataset, group: int) -> Json | None:
    """An overlay plane of the state itself: its size, the pixel that it begins at, and its bits. None when it has none, or not whole."""
    rows, columns, data = (ds.get((group, element)) for element in (0x0010, 0x0011, 0x3000))
    if rows is None or columns is None or data is None or not isinstance(data.value, bytes):
        return None
    size = int(rows.value) * int(columns.value)
    if not 0 < size <= MOST_POINTS or len(data.value) * 8 < size:
        return None
    origin = ds.get((group, 0x0050))
    start = [int(part) for part in origin.value] if origin is not None else [1, 1]
    bits = base64.b64encode(data.value[: -(-size // 8)]).decode()
    return {"rows": int(rows.value), "columns": int(columns.value), "origin": start, "bits": bits}


def overlay_groups(ds: Dataset) -> dict[int, str]:
    """The overlay planes that the state has shown, each with its layer (C.11.7)."""
    found = {}
    for group in range(0x6000, 0x6020, 2):
        layer = ds.get((group, 0x1001))
        if layer is not None and str(layer.value or "").strip():
            found[group] = str(layer.value).strip()
    return found
