"""Reading Accept (PS3.18 8.7): which representation the client wants of what we can give."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.http import HttpRequest

MULTIPART = "multipart/related"
DICOM = "application/dicom"
DICOM_JSON = "application/dicom+json"
DICOM_XML = "application/dicom+xml"
JSON = "application/json"
ZIP = "application/zip"
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


# The transfer syntax that a media type of frames stands for when none is named (PS3.18 table 8.7.3-5).
DEFAULT_SYNTAXES = {
    "image/jls": "1.2.840.10008.1.2.4.80",
    "image/jp2": "1.2.840.10008.1.2.4.90",
    "image/jphc": "1.2.840.10008.1.2.4.201",
    "image/dicom-rle": "1.2.840.10008.1.2.5",
}
JSON_TYPES = frozenset({DICOM_JSON, JSON, "application/*", "*/*"})


def model_of(choices: list[Wanted]) -> str | None:
    """How attributes are wanted: DICOM JSON, or the native model in XML, whichever comes first; None for neither."""
    for choice in choices:
        if choice.media_type == DICOM_XML or (choice.multipart and choice.media_type in {"application/*", "*/*"}):
            return DICOM_XML
        if not choice.multipart and choice.media_type in JSON_TYPES:
            return DICOM_JSON
    return None


def takes_utf8(request: HttpRequest) -> bool:
    """Whether the client reads UTF-8, the one charset of our answers (PS3.18 8.7.4)."""
    asked = request.GET.get("charset") or request.headers.get("Accept-Charset") or "*"
    return any(_is_utf8(part) for part in _split(asked[:HEADER_LIMIT], ","))


def _is_utf8(text: str) -> bool:
    name, *rest = _split(text, ";")
    return name.lower() in {"*", "utf-8", "utf8"} and _quality(dict(_parameters(rest)).get("q", "1")) > 0
