"""WADO-RS: objects, frames and bulk data (PS3.18 10.4)."""

from collections.abc import Mapping
from functools import partial
from itertools import chain

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from imaging.archive.corrections.overlay import is_corrected
from imaging.archive.intake.frames import is_video
from imaging.archive.models import Instance
from imaging.archive.pictures.video import VIDEO_TYPES, part_of_file, video_type
from imaging.common.tags import etag_of, held, not_modified, tagged
from imaging.dicomweb import bulkdata
from imaging.dicomweb.base import DicomwebView, note_look
from imaging.dicomweb.multipart import multipart_response, whole_multipart
from imaging.dicomweb.negotiation import DICOM, OCTETS, ZIP, Wanted, accepted
from imaging.dicomweb.pictures import video_response
from imaging.dicomweb.ranges import ranged
from imaging.dicomweb.repeats import offer
from imaging.dicomweb.representations import (
    frame_alone,
    frame_numbers,
    frame_offers,
    frame_parts,
    frame_syntax,
    instance_bytes,
    instance_offers,
    instance_parts,
    instance_syntax,
    not_acceptable,
    video_refused,
    wants_frame_alone,
)
from imaging.dicomweb.selectors import instance_get, instances_in, present
from imaging.dicomweb.zipped import zipped

AT_ONCE_BYTES = 16 * 1024 * 1024
PIXELS = "7FE00010"


class RetrieveView(DicomwebView):
    """A study, a series or an instance: Part 10 objects in multipart/related or a ZIP file; one instance also as a plain file, and a video
    as the stream that it is."""

    def get(self, request: Request, study: str, series: str = "", instance: str = "") -> HttpResponseBase:
        found = present(instances_in(user=request.user, study=study, series=series, instance=instance))
        choices = accepted(request._request)
        if instance and (stream := _stream_wanted(found[0], choices)) is not None:
            return self._stream(request, found[0], stream)
        pairs = [(item, syntax) for item in found if (syntax := instance_syntax(item, choices))]
        if not pairs:
            raise not_acceptable(instance_offers(found[0]))
        form = next(choice for choice in choices if any(instance_syntax(item, [choice]) for item, _syntax in pairs))
        etag = etag_of(
            form.media_type, form.multipart, *(f"{item.sha256}{syntax}{item.series.correction_id or ''}" for item, syntax in pairs)
        )
        note_look(request, found[0].series.study)
        if (unchanged := not_modified(held(request), etag)) is not None:
            return unchanged
        response = self._answer(request, pairs, form, etag)
        if len(pairs) < len(found):
            response.status_code = 206  # some of them cannot be had in this form
        return response

    def _stream(self, request: Request, video: Instance, wanted: Wanted) -> HttpResponseBase:
        parts = bulkdata.parts_of(video, PIXELS, [wanted])
        if parts is None:
            raise not_acceptable(instance_offers(video))
        first = next(parts)
        if not wanted.multipart:
            return video_response(request, video, first.media_type)
        note_look(request, video.series.study)
        return tagged(multipart_response([first], first.media_type), etag_of(video.sha256, first.content_type, "stream"))

    def _answer(self, request: Request, pairs: list[tuple[Instance, str]], form: Wanted, etag: str) -> HttpResponseBase:
        """`Accept: application/dicom` without multipart gives the file itself, when there is just one."""
        if form.media_type == ZIP:
            response = StreamingHttpResponse(zipped(pairs), content_type=ZIP)
            response["Content-Disposition"] = 'attachment; filename="images.zip"'
            return tagged(response, etag)
        if len(pairs) == 1 and form.media_type == DICOM and not form.multipart:
            return object_response(request, *pairs[0])
        parts = instance_parts(pairs)
        part = next(parts)  # what cannot be sent is refused before the answer begins
        return tagged(multipart_response(chain([part], parts), DICOM), etag)


def _stream_wanted(instance: Instance, choices: list[Wanted]) -> Wanted | None:
    """The choice to be met, if that is for the stream of a video rather than for its object."""
    kind = video_type(instance)
    if kind is None:
        return None
    streams = {kind, "video/*"}
    met = next((choice for choice in choices if choice.media_type in streams or instance_syntax(instance, [choice])), None)
    return met if met is not None and met.media_type in streams else None


def object_response(request: Request, instance: Instance, syntax: str) -> HttpResponseBase:
    """One object as a plain file in `syntax`; as stored also in part. Raises CannotDecode."""
    etag = etag_of(DICOM, instance.sha256, syntax, instance.series.correction_id or "")
    note_look(request, instance.series.study)
    if (unchanged := not_modified(held(request), etag)) is not None:
        return unchanged
    content_type = f"{DICOM}; transfer-syntax={syntax}"
    if syntax == instance.transfer_syntax_uid and not is_corrected(instance):
        return ranged(request.headers, instance.size_bytes, partial(part_of_file, instance), content_type=content_type, etag=etag)
    return tagged(StreamingHttpResponse(iter(instance_bytes(instance, syntax)), content_type=content_type), etag)


class FramesView(DicomwebView):
    """Frames by number, as stored or in another coding, from their place in the file."""

    def get(self, request: Request, study: str, series: str, instance: str, frames: str) -> HttpResponseBase:
        found = instance_get(user=request.user, study=study, series=series, instance=instance)
        answer = partial(_frames, accepted(request._request), request.headers)
        response = answer(found, frames, held(request))
        note_look(request, found.series.study)
        offer(request, found.series, answer)
        return response


def _frames(choices: list[Wanted], headers: Mapping[str, str], instance: Instance, frames: str, holds: str) -> HttpResponseBase:
    if is_video(instance.transfer_syntax_uid):
        raise video_refused(instance)
    numbers = frame_numbers(frames)
    chosen = frame_syntax(instance, choices)
    if chosen is None:
        raise not_acceptable(frame_offers(instance))
    media_type, syntax = chosen
    is_alone = len(numbers) == 1 and wants_frame_alone(instance, choices)
    etag = etag_of(instance.sha256, frames, media_type, syntax, is_alone)
    if (unchanged := not_modified(holds, etag)) is not None:
        return unchanged
    if is_alone:  # whole or in part; as stored it is read only while it is sent
        size, pieces = frame_alone(instance, numbers[0], syntax)
        return ranged(headers, size, pieces, content_type=f"{media_type}; transfer-syntax={syntax}", etag=etag)
    parts = frame_parts(instance, numbers, media_type, syntax)
    if len(numbers) == 1 or instance.size_bytes <= AT_ONCE_BYTES:
        return tagged(whole_multipart(list(parts), media_type), etag)
    first = next(parts)  # a frame that is not there is refused before the answer begins
    return tagged(multipart_response(chain([first], parts), media_type), etag)


class BulkdataView(DicomwebView):
    """One value that the metadata only points to: in multipart/related, or by itself for who asks for octets alone."""

    def get(self, request: Request, study: str, series: str, instance: str, path: str) -> HttpResponseBase:
        found = instance_get(user=request.user, study=study, series=series, instance=instance)
        choices = accepted(request._request)
        parts = bulkdata.parts_of(found, path.upper(), choices)
        if parts is None:
            raise not_acceptable(bulkdata.offers_of(found, path.upper()))
        first = next(parts)
        etag = etag_of(found.sha256, found.series.correction_id, "bulkdata", path, first.content_type, choices[0].multipart)
        note_look(request, found.series.study)
        if (unchanged := not_modified(held(request), etag)) is not None:
            return unchanged
        if not choices[0].multipart and first.media_type in VIDEO_TYPES:
            return video_response(request, found, first.media_type)
        if choices[0].media_type == OCTETS and not choices[0].multipart:
            return tagged(StreamingHttpResponse(iter(first.body), content_type=OCTETS), etag)
        return tagged(multipart_response(chain([first], parts), first.media_type), etag)
