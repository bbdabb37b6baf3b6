"""WADO-URI: one object by the parameters of an address (PS3.18 chapter 9)."""

from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework.request import Request

from imaging.archive.models import Instance
from imaging.archive.pictures.rendering import JPEG, PNG, Look, Window, render
from imaging.archive.pictures.video import video_type
from imaging.common.errors import InvalidInput
from imaging.common.tags import etag_of, held, not_modified, tagged
from imaging.dicomweb import bulkdata
from imaging.dicomweb.base import DicomwebView, note_look
from imaging.dicomweb.negotiation import DICOM, Wanted
from imaging.dicomweb.pictures import PDF, document_response, video_response
from imaging.dicomweb.rendered import LARGEST_BOX, annotations_of, numbers_of, quality_of
from imaging.dicomweb.representations import instance_offers, instance_syntax, not_acceptable
from imaging.dicomweb.selectors import instance_get
from imaging.dicomweb.views import object_response

ANY = "*/*"


class WadoView(DicomwebView):
    """`/wado?requestType=WADO&studyUID=…&seriesUID=…&objectUID=…`: the object itself, or a picture, document or video of it."""

    def get(self, request: Request) -> HttpResponseBase:
        query = request._request.GET
        if query.get("requestType") != "WADO":
            raise InvalidInput(_("“requestType” must be WADO."), field="requestType")
        if "anonymize" in query:
            raise InvalidInput(_("Images are not made anonymous here: they are exported so, under their own right."), field="anonymize")
        study, series, instance = (_required(query, name) for name in ("studyUID", "seriesUID", "objectUID"))
        found = instance_get(user=request.user, study=study, series=series, instance=instance)
        return _answer(request, found, _kinds(query))


def _required(query: QueryDict, name: str) -> str:
    value = query.get(name, "")
    if not value:
        raise InvalidInput(_("“%(name)s” is needed.") % {"name": name}, field=name)
    return value


def _kinds(query: QueryDict) -> list[str]:
    """The media types asked for; without any, what the object is best shown as."""
    return [part.partition(";")[0].strip().lower() for part in query.get("contentType", "").split(",") if part.strip()] or [ANY]


def _answer(request: Request, found: Instance, kinds: list[str]) -> HttpResponseBase:
    offers = _offers(found)
    kind = next((offer for wanted in kinds for offer in offers if wanted in {offer, ANY, f"{offer.partition('/')[0]}/*"}), None)
    if kind is None:
        raise not_acceptable(offers)
    if kind == DICOM:
        return _object(request, found)
    if kind in {JPEG, PNG}:
        return _picture(request, found, kind)
    if kind == PDF:
        return document_response(request, found, bulkdata.encapsulated_pdf(found) or b"")
    return video_response(request, found, kind)


def _offers(found: Instance) -> tuple[str, ...]:
    """What the object can be had as, what it is shown as by default first (PS3.18 9.4.1)."""
    kind = video_type(found)
    if kind is not None:
        return (kind, DICOM)
    if bulkdata.encapsulated_pdf(found) is not None:
        return (PDF, DICOM)
    return (JPEG, PNG, DICOM) if found.number_of_frames else (DICOM,)


def _object(request: Request, found: Instance) -> HttpResponseBase:
    wanted = Wanted(DICOM, transfer_syntax=request._request.GET.get("transferSyntax", ""))
    syntax = instance_syntax(found, [wanted])
    if syntax is None:
        raise not_acceptable(instance_offers(found))
    return object_response(request, found, syntax)


def _picture(request: Request, found: Instance, kind: str) -> HttpResponseBase:
    query = request._request.GET
    look, frame = look_from(query), int(_one(query, "frameNumber", 1, 1, 1_000_000))
    etag = etag_of(found.sha256, frame, kind, look, "wado")
    note_look(request, found.series.study)
    if (unchanged := not_modified(held(request), etag)) is not None:
        return unchanged
    return tagged(HttpResponse(render(found, frame, look, kind), content_type=kind), etag)


def look_from(query: QueryDict) -> Look:
    """The look that the parameters of PS3.18 9.1.2 name. Raises InvalidInput, naming the parameter."""
    return Look(
        window=_window(query),
        box=_box(query),
        region=_region(query.get("region", "")),
        quality=quality_of(query.get("imageQuality", ""), "imageQuality"),
        annotations=annotations_of(query.get("annotation", "")),
    )


def _one(query: QueryDict, name: str, default: float, least: float, most: float) -> float:
    text = query.get(name, "")
    values = numbers_of(name, text) if text else [default]
    if len(values) != 1 or not least <= values[0] <= most:
        raise InvalidInput(_("“%(name)s” is out of range.") % {"name": name}, field=name)
    return values[0]


def _window(query: QueryDict) -> Window | None:
    named = [name for name in ("windowCenter", "windowWidth") if query.get(name)]
    if not named:
        return None
    if len(named) == 1:
        raise InvalidInput(_("“windowCenter” and “windowWidth” go together."), field=named[0])
    return Window(_one(query, "windowCenter", 0, -1e9, 1e9), _one(query, "windowWidth", 1, 1e-6, 1e9))


def _box(query: QueryDict) -> tuple[int, int] | None:
    """The picture fits in what is named; a side that is not named is no bound."""
    if not query.get("rows") and not query.get("columns"):
        return None
    rows, columns = (_one(query, name, LARGEST_BOX, 1, LARGEST_BOX) for name in ("rows", "columns"))
    return int(columns), int(rows)


def _region(text: str) -> tuple[float, float, float, float] | None:
    """Left, top, right and bottom as fractions of the picture (PS3.18 9.1.2.2.6)."""
    if not text:
        return None
    values = numbers_of("region", text)
    if len(values) != 4 or not all(0 <= value <= 1 for value in values) or values[0] >= values[2] or values[1] >= values[3]:
        raise InvalidInput(_("“region” is left, top, right and bottom, each from 0 to 1."), field="region")
    return values[0], values[1], values[2], values[3]
