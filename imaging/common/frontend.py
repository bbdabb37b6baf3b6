"""What the built front end says of itself."""

import json
from functools import lru_cache
from pathlib import Path
from posixpath import join

from django.conf import settings

BUILD = Path(settings.BASE_DIR) / "static" / "build"


def imported_at_once(name: str) -> list[str]:
    """What the script `name` ("viewer/viewer.js") imports before it begins, by way of others too, each named from the same folder as `name`
    is; nothing where the front end is not built."""
    folder, _, script = name.rpartition("/")
    told = BUILD / folder / "imports.json"
    if not told.exists():
        return []
    return [join(folder, one) for one in _read(told, told.stat().st_mtime_ns).get(script, [])]


@lru_cache(maxsize=8)
def _read(told: Path, _changed: int) -> dict[str, list[str]]:
    return json.loads(told.read_text())
