"""WADO-RS for people: rendered pictures, video, documents and thumbnails (PS3.18 10.4.1.1.3 and 10.4.1.1.4)."""

from functools import partial

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from pydicom.uid import EncapsulatedPDFStorage
from rest_framework.request import Request

from imaging.archive.intake.frames import is_video
from imaging.archive.models import Instance
from imaging.archive.pictures.rendering import JPEG, PNG, Look, render
from imaging.archive.pictures.thumbnails import middle_frame, thumbnail
from imaging.archive.pictures.video import coded_read, coded_size, video_type
from imaging.common.errors import InvalidInput
from imaging.common.tags import etag_of, held, not_modified, tagged
from imaging.dicomweb import bulkdata
from imaging.dicomweb.base import DicomwebView, note_look
from imaging.dicomweb.multipart import Part, multipart_response
from imaging.dicomweb.negotiation import Wanted, accepted
from imaging.dicomweb.ranges import ranged
from imaging.dicomweb.rendered import IMAGE_CHOICES, look_from, rendered_type
from imaging.dicomweb.repeats import Answer, offer
from imaging.dicomweb.representations import frame_numbers, not_acceptable, video_refused
from imaging.dicomweb.selectors import instance_get, instances_in, representative

PDF = "application/pdf"
MOST_PICTURES = 100


class RenderedView(DicomwebView):
    """A picture: JPEG or PNG; of a study or series its middle one; of several frames one each. A document or a video as itself."""

    def get(self, request: Request, study: str, series: str = "", instance: str = "", frames: str = "") -> HttpResponseBase:
        item = _item(request, study, series, instance)
        choices = accepted(request._request)
        if instance and not frames:
            if (document := bulkdata.encapsulated_pdf(item)) is not None:
                _check(choices, PDF, "application/*")
                return document_response(request, item, document)
            if (kind := video_type(item)) is not None:
                _check(choices, kind, "video/*")
                return video_response(request, item, kind)
        if frames and is_video(item.transfer_syntax_uid):
            raise video_refused(item)
        media_type = rendered_type(choices)
        if media_type is None:
            raise not_acceptable((JPEG, PNG))
        answer = partial(_pictures, look_from(request._request.GET), media_type)
        response = answer(item, frames or ("1" if instance else str(middle_frame(item))), held(request))
        note_look(request, item.series.study)
        if instance:
            offer(request, item.series, partial(_picture_again, answer), needs_metadata=True)
        return response


class ThumbnailView(DicomwebView):
    """A small JPEG, made once and kept on disk."""

    def get(self, request: Request, study: str, series: str = "", instance: str = "", frames: str = "") -> HttpResponseBase:
        item = _item(request, study, series, instance)
        choices = accepted(request._request)
        if not any(IMAGE_CHOICES.get(choice.media_type) == JPEG for choice in choices):
            raise not_acceptable((JPEG,))
        frame = frame_numbers(frames)[0] if frames else middle_frame(item)
        etag = etag_of(item.sha256, frame, "thumbnail")
        note_look(request, item.series.study)
        if (unchanged := not_modified(held(request), etag)) is not None:
            return unchanged
        return tagged(HttpResponse(thumbnail(item, frame), content_type=JPEG), etag)


def _item(request: Request, study: str, series: str, instance: str) -> Instance:
    if instance:
        return instance_get(user=request.user, study=study, series=series, instance=instance)
    return representative(instances_in(user=request.user, study=study, series=series))


def _check(choices: list[Wanted], *kinds: str) -> None:
    if not any(choice.media_type in {*kinds, "*/*"} for choice in choices):
        raise not_acceptable(kinds[:1])


def _picture_again(answer: Answer, item: Instance, frame: str, holds: str) -> HttpResponseBase | None:
    is_itself = not frame and (item.sop_class_uid == EncapsulatedPDFStorage or is_video(item.transfer_syntax_uid))
    return None if is_itself else answer(item, frame or "1", holds)


def _pictures(look: Look, media_type: str, item: Instance, frames: str, holds: str) -> HttpResponseBase:
    numbers = frame_numbers(frames)
    if len(numbers) > MOST_PICTURES:
        raise InvalidInput(_("At most %(number)s frames are rendered at once.") % {"number": MOST_PICTURES})
    etag = etag_of(item.sha256, numbers, media_type, look)
    if (unchanged := not_modified(holds, etag)) is not None:
        return unchanged
    first = render(item, numbers[0], look, media_type)
    if len(numbers) == 1:
        return tagged(HttpResponse(first, content_type=media_type), etag)
    bodies = (first if at == 0 else render(item, number, look, media_type) for at, number in enumerate(numbers))
    return tagged(multipart_response((Part(media_type, [body]) for body in bodies), media_type), etag)


def document_response(request: Request, item: Instance, document: bytes) -> HttpResponseBase:
    """The PDF that an object carries."""
    etag = etag_of(item.sha256, PDF)
    note_look(request, item.series.study)
    if (unchanged := not_modified(held(request), etag)) is not None:
        return unchanged
    return tagged(HttpResponse(document, content_type=PDF, headers={"Content-Disposition": "inline"}), etag)


def video_response(request: Request, item: Instance, kind: str) -> HttpResponseBase:
    """A video as it came from the camera, whole or in the ranges that a player asks for."""
    etag = etag_of(item.sha256, kind)
    note_look(request, item.series.study)
    if (unchanged := not_modified(held(request), etag)) is not None:
        return unchanged
    return ranged(request.headers, coded_size(item), partial(coded_read, item), content_type=kind, etag=etag)
