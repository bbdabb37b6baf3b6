"""What this DICOMweb server can do, for programs (PS3.18 8.9), as WADL or JSON."""

from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import quoteattr

from django.http import HttpResponse, JsonResponse
from rest_framework.request import Request

from imaging.archive.pictures.rendering import JPEG, PNG
from imaging.archive.pictures.video import VIDEO_TYPES
from imaging.archive.search.query_keys import Level, keys_up_to
from imaging.dicomweb.base import DicomwebView
from imaging.dicomweb.negotiation import DICOM, DICOM_JSON, DICOM_XML, IMAGE_TYPES, JSON, OCTETS, ZIP, accepted
from imaging.dicomweb.representations import not_acceptable

WADL = "application/vnd.sun.wadl+xml"
STUDY, SERIES, INSTANCE = "{study}", "{study}/series/{series}", "{study}/series/{series}/instances/{instance}"
SEARCH_CONTROLS = ("fuzzymatching", "includefield", "limit", "offset")
LOOK = ("annotation", "iccprofile", "quality", "viewport", "window")
MODELS = (DICOM_JSON, f'multipart/related; type="{DICOM_XML}"')
OBJECTS = (f'multipart/related; type="{DICOM}"', DICOM, ZIP)
FRAMES = tuple(f'multipart/related; type="{kind}"' for kind in dict.fromkeys((OCTETS, *IMAGE_TYPES.values())))


@dataclass(frozen=True)
class Operation:
    """One method at one address."""

    path: str
    method: str
    name: str
    answers: tuple[str, ...]
    parameters: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()


def _search(path: str, level: Level) -> Operation:
    return Operation(path, "GET", "search", MODELS, (*(key.keyword for key in keys_up_to(level)), *SEARCH_CONTROLS))


def _below(place: str) -> list[Operation]:
    answers = (*OBJECTS, *VIDEO_TYPES) if place == INSTANCE else OBJECTS
    return [
        Operation(f"studies/{place}", "GET", "retrieve", answers),
        Operation(f"studies/{place}/metadata", "GET", "retrieve metadata", MODELS),
        Operation(f"studies/{place}/rendered", "GET", "retrieve rendered", (JPEG, PNG, "application/pdf", *VIDEO_TYPES), LOOK),
        Operation(f"studies/{place}/thumbnail", "GET", "retrieve thumbnail", (JPEG,)),
    ]


TAKEN = tuple(f'multipart/related; type="{kind}"' for kind in (DICOM, DICOM_JSON, DICOM_XML))
OPERATIONS = (
    _search("studies", Level.STUDY),
    _search("series", Level.SERIES),
    _search("instances", Level.INSTANCE),
    _search("studies/{study}/series", Level.SERIES),
    _search("studies/{study}/instances", Level.INSTANCE),
    _search("studies/{study}/series/{series}/instances", Level.INSTANCE),
    Operation("studies", "POST", "store", (DICOM_JSON, DICOM_XML), takes=TAKEN),
    Operation("studies/{study}", "POST", "store", (DICOM_JSON, DICOM_XML), takes=TAKEN),
    *_below(STUDY),
    *_below(SERIES),
    *_below(INSTANCE),
    Operation(
        f"studies/{INSTANCE}/bulkdata/{{path}}", "GET", "retrieve bulkdata", (f'multipart/related; type="{OCTETS}"', OCTETS, *VIDEO_TYPES)
    ),
    Operation(f"studies/{INSTANCE}/frames/{{frames}}", "GET", "retrieve frames", FRAMES),
    Operation(f"studies/{INSTANCE}/frames/{{frames}}/rendered", "GET", "retrieve rendered", (JPEG, PNG), LOOK),
    Operation(f"studies/{INSTANCE}/frames/{{frames}}/thumbnail", "GET", "retrieve thumbnail", (JPEG,)),
)


class CapabilitiesView(DicomwebView):
    """OPTIONS (and GET, for who looks with a browser) at the root of the service."""

    def get(self, request: Request) -> HttpResponse:
        root = request.build_absolute_uri("/dicomweb")
        for choice in accepted(request._request):
            if choice.media_type in {WADL, "application/xml"}:
                return HttpResponse(_wadl(root), content_type=WADL)
            if choice.media_type in {JSON, "application/*", "*/*"}:
                return JsonResponse({"root": root, "operations": [operation.__dict__ for operation in OPERATIONS]})
        raise not_acceptable((WADL, JSON))

    def options(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        response = self.get(request)
        response["Allow"] = ", ".join(self.allowed_methods)
        return response


def _wadl(root: str) -> str:
    resources = "".join(_resource(path) for path in dict.fromkeys(operation.path for operation in OPERATIONS))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<application xmlns="http://wadl.dev.java.net/2009/02">'
        f"<resources base={quoteattr(root)}>{resources}</resources></application>"
    )


def _resource(path: str) -> str:
    methods = "".join(_method(operation) for operation in OPERATIONS if operation.path == path)
    return f"<resource path={quoteattr(path)}>{methods}</resource>"


def _method(operation: Operation) -> str:
    parameters = "".join(f'<param name={quoteattr(name)} style="query"/>' for name in operation.parameters)
    takes, gives = (
        "".join(f"<representation mediaType={quoteattr(kind)}/>" for kind in kinds) for kinds in (operation.takes, operation.answers)
    )
    asked = f"<request>{parameters}{takes}</request>" if parameters or takes else ""
    return f'<method name="{operation.method}">{asked}<response>{gives}</response></method>'
