"""Whether a picture lost something when it was coded, as the viewer says it (static/viewer/src/datasource/lossy.ts; PS3.3 C.7.6.1.1.5)."""

from typing import Any

from django.utils.translation import pgettext

JPEG = "1.2.840.10008.1.2.4."
# Codings that always lose something, whatever the header says of it: JPEG baseline and extended, JPEG-LS near-lossless, films.
ALWAYS = frozenset(f"{JPEG}{number}" for number in (50, 51, 81, *range(100, 109)))
LOSSY, RATIO = "00282110", "00282112"


def lossy_mark(metadata: dict[str, Any], transfer_syntax_uid: str) -> str:
    """“Lossy”, with the ratio where it is told; empty where nothing was lost. `metadata`: DICOM JSON of the object."""
    if _first(metadata, LOSSY) != "01" and transfer_syntax_uid not in ALWAYS:
        return ""
    word = pgettext("viewer overlay", "Lossy")
    try:
        ratio = float(_first(metadata, RATIO) or 0)
    except (TypeError, ValueError):
        return word
    return f"{word} {ratio:.0f}:1" if ratio > 0 else word


def _first(metadata: dict[str, Any], tag: str) -> Any:
    return next(iter(metadata.get(tag, {}).get("Value") or []), None)
