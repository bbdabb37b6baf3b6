"""Reading Accept (PS3.18 8.7): which representation the client wants of what we can give."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.http import HttpRequest

MULTIPART = "multipart/related"
DICOM = "application/dicom"
DICOM_JSON = "application/dicom+json"
JSON = "application/json"
OCTETS = "application/octet-stream"
ANY_SYNTAX = "*"
HEADER_LIMIT = 4096

# Media types of compressed frames (PS3.18 table 8.7.3-5).
IMAGE_TYPES: dict[str, str] = {
    "1.2.840.10008.1.2.4.50": "image/jpeg",
    "1.2.840.10008.1.2.4.51": "image/jpeg",
    "1.2.840.10008.1.2.4.57": "image/jpeg",
    "1.2.840.10008.1.2.4.70": "image/jpeg",
    "1.2.840.10008.1.2.4.80": "image/jls",
    "1.2.840.10008.1.2.4.81": "image/jls",
    "1.2.840.10008.1.2.4.90": "image/jp2",
    "1.2.840.10008.1.2.4.91": "image/jp2",
    "1.2.840.10008.1.2.4.201": "image/jphc",
    "1.2.840.10008.1.2.4.202": "image/jphc",
    "1.2.840.10008.1.2.4.203": "image/jphc",
    "1.2.840.10008.1.2.5": "image/dicom-rle",
}
# What RFC-less clients of the first years ask for.
OLD_NAMES = {"image/x-jls": "image/jls", "image/x-dicom-rle": "image/dicom-rle", "image/dicom+rle": "image/dicom-rle"}


@dataclass(frozen=True)
class Wanted:
    """One choice of the client: for multipart answers `media_type` is that of the parts."""

    media_type: str
    multipart: bool = False
    transfer_syntax: str = ""
    quality: float = 1.0
    extra: dict[str, str] = field(default_factory=dict)


def accepted(request: HttpRequest) -> list[Wanted]:
    """The client's choices, best first. `?accept=` stands in for the header (PS3.18 8.3.3.1); nothing said means anything."""
    text = request.GET.get("accept") or request.headers.get("Accept") or "*/*"
    choices = [_choice(part) for part in _split(text[:HEADER_LIMIT], ",")]
    return sorted((choice for choice in choices if choice.quality > 0), key=lambda choice: -choice.quality)


def _choice(text: str) -> Wanted:
    name, *rest = _split(text, ";")
    parameters = dict(_parameters(rest))
    multipart = name.lower() == MULTIPART
    media_type = (parameters.pop("type", "*/*") if multipart else name).lower()
    return Wanted(
        media_type=OLD_NAMES.get(media_type, media_type),
        multipart=multipart,
        transfer_syntax=parameters.pop("transfer-syntax", ""),
        quality=_quality(parameters.pop("q", "1")),
        extra=parameters,
    )


def content_type_of(header: str) -> tuple[str, dict[str, str]]:
    """The media type of a request, in small letters, and its parameters."""
    name, *rest = _split(header[:HEADER_LIMIT], ";") or [""]
    return name.lower(), dict(_parameters(rest))


def _parameters(parts: list[str]) -> Iterator[tuple[str, str]]:
    for part in parts:
        name, _equals, value = part.partition("=")
        yield name.strip().lower(), value.strip().strip('"')


def _quality(text: str) -> float:
    try:
        return min(1.0, max(0.0, float(text)))
    except ValueError:
        return 0.0


def _split(text: str, separator: str) -> list[str]:
    """Split outside quotation marks; empty pieces are left out."""
    pieces, quoted, start = [], False, 0
    for index, char in enumerate(text):
        if char == '"':
            quoted = not quoted
        elif char == separator and not quoted:
            pieces.append(text[start:index].strip())
            start = index + 1
    pieces.append(text[start:].strip())
    return [piece for piece in pieces if piece]


def image_type(transfer_syntax: str) -> str:
    """The media type of frames in this transfer syntax; octets for uncompressed ones."""
    return IMAGE_TYPES.get(transfer_syntax, OCTETS)


def wants_json(choices: list[Wanted]) -> bool:
    return any(not choice.multipart and choice.media_type in {DICOM_JSON, JSON, "application/*", "*/*"} for choice in choices)
