"""WADO-RS: objects, metadata, frames, bulk data, rendered pictures and thumbnails (PS3.18 10.4)."""

import zlib
from collections.abc import Iterator
from itertools import chain

from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from imaging.archive.models import Instance, InstanceMetadata
from imaging.archive.overlay import metadata_texts
from imaging.archive.pixels import CHUNK
from imaging.archive.rendering import render
from imaging.archive.thumbnails import middle_frame, thumbnail
from imaging.dicomweb import bulkdata
from imaging.dicomweb.base import DicomwebView, etag_of, not_modified, note_look, tagged
from imaging.dicomweb.multipart import multipart_response, streamed, whole_multipart
from imaging.dicomweb.negotiation import DICOM, DICOM_JSON, OCTETS, Wanted, accepted, wants_json
from imaging.dicomweb.rendered import look_from, rendered_type
from imaging.dicomweb.representations import frame_numbers, frame_parts, frame_syntax, instance_parts, instance_syntax, not_acceptable
from imaging.dicomweb.selectors import instance_get, instances_in, representative

AT_ONCE_BYTES = 16 * 1024 * 1024
PDF = "application/pdf"


class RetrieveView(DicomwebView):
    """A study, a series or an instance: Part 10 objects in multipart/related; one instance also as a plain file."""

    def get(self, request: Request, study: str, series: str = "", instance: str = "") -> HttpResponseBase:
        found = list(instances_in(user=request.user, study=study, series=series, instance=instance))
        choices = accepted(request._request)
        pairs = [(item, syntax) for item in found if (syntax := instance_syntax(item, choices))]
        if not pairs:
            raise not_acceptable()
        etag = etag_of(*(f"{item.sha256}{syntax}{item.series.correction_id or ''}" for item, syntax in pairs))
        note_look(request, found[0].series.study)
        if (unchanged := not_modified(request, etag)) is not None:
            return unchanged
        response = self._answer(request, pairs, choices)
        response.status_code = 200 if len(pairs) == len(found) else 206
        return tagged(response, etag)

    def _answer(self, request: Request, pairs: list[tuple[Instance, str]], choices: list[Wanted]) -> HttpResponseBase:
        """`Accept: application/dicom` without multipart gives the file itself, when there is just one."""
        parts = instance_parts(pairs)
        first = next(parts)  # what cannot be sent is refused before the answer begins
        if len(pairs) == 1 and choices[0].media_type == DICOM and not choices[0].multipart:
            return streamed(request._request, iter(first.body), first.content_type)
        return multipart_response(request._request, chain([first], parts), DICOM)


class MetadataView(DicomwebView):
    """DICOM JSON of every object below, from what was kept at ingest."""

    def get(self, request: Request, study: str, series: str = "", instance: str = "") -> HttpResponseBase:
        if not wants_json(accepted(request._request)):
            raise not_acceptable()
        found = instances_in(user=request.user, study=study, series=series, instance=instance)
        # The objects are immutable, so what they are and how many says all; no metadata is read to answer 304.
        hashes = list(found.values_list("sha256", "series__correction"))
        etag = etag_of("metadata", request.get_host(), *hashes)
        note_look(request, found[:1][0].series.study)
        if (unchanged := not_modified(request, etag)) is not None:
            return unchanged
        response = streamed(request._request, _coded(request, _json_list(request, found)), DICOM_JSON)
        if _takes_gzip(request):
            response["Content-Encoding"] = "gzip"
        return tagged(response, etag)


def _json_list(request: Request, instances: QuerySet[Instance]) -> Iterator[bytes]:
    root = request.build_absolute_uri("/dicomweb")
    rows = InstanceMetadata.objects.filter(instance__in=instances.order_by().values("pk")).order_by(
        "instance__series__series_number", "instance__series_id", "instance__instance_number", "instance_id"
    )
    columns = (
        "instance",
        "instance__series__correction",
        "json_zlib",
        "instance__transfer_syntax_uid",
        "instance__sop_instance_uid",
        "instance__series__series_instance_uid",
        "instance__series__study__study_instance_uid",
    )
    yield b"["
    for index, (kept, syntax, sop, series, study) in enumerate(metadata_texts(rows.values_list(*columns).iterator(chunk_size=200))):
        if index:
            yield b","
        address = f"{root}/studies/{study}/series/{series}/instances/{sop}/"
        yield bulkdata.with_addresses(kept, address, syntax)
    yield b"]"


def _takes_gzip(request: Request) -> bool:
    return "gzip" in request.headers.get("Accept-Encoding", "")


def _coded(request: Request, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Larger pieces, compressed where the client takes it: metadata shrinks about ten times."""
    packer = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS | 16) if _takes_gzip(request) else None
    waiting = bytearray()
    for piece in pieces:
        waiting += packer.compress(piece) if packer else piece
        if len(waiting) >= CHUNK:
            yield bytes(waiting)
            waiting.clear()
    waiting += packer.flush() if packer else b""
    yield bytes(waiting)


class FramesView(DicomwebView):
    """Frames by number, as stored or decoded, from their place in the file."""

    def get(self, request: Request, study: str, series: str, instance: str, frames: str) -> HttpResponseBase:
        numbers = frame_numbers(frames)
        found = instance_get(user=request.user, study=study, series=series, instance=instance)
        chosen = frame_syntax(found, accepted(request._request))
        if chosen is None:
            raise not_acceptable()
        media_type, syntax = chosen
        etag = etag_of(found.sha256, frames, media_type, syntax)
        note_look(request, found.series.study)
        if (unchanged := not_modified(request, etag)) is not None:
            return unchanged
        parts = frame_parts(found, numbers, media_type, syntax)
        if len(numbers) == 1 or found.size_bytes <= AT_ONCE_BYTES:
            return tagged(whole_multipart(list(parts), media_type), etag)
        first = next(parts)  # a frame that is not there is refused before the answer begins
        return tagged(multipart_response(request._request, chain([first], parts), media_type), etag)


class BulkdataView(DicomwebView):
    """One value that the metadata only points to: in multipart/related, or by itself for who asks for octets alone."""

    def get(self, request: Request, study: str, series: str, instance: str, path: str) -> HttpResponseBase:
        found = instance_get(user=request.user, study=study, series=series, instance=instance)
        choices = accepted(request._request)
        parts = bulkdata.parts_of(found, path.upper(), choices)
        if parts is None:
            raise not_acceptable()
        first = next(parts)
        etag = etag_of(found.sha256, found.series.correction_id, "bulkdata", path, first.content_type, choices[0].multipart)
        note_look(request, found.series.study)
        if (unchanged := not_modified(request, etag)) is not None:
            return unchanged
        if choices[0].media_type == OCTETS and not choices[0].multipart:
            return tagged(streamed(request._request, iter(first.body), OCTETS), etag)
        return tagged(multipart_response(request._request, chain([first], parts), first.media_type), etag)


class RenderedView(DicomwebView):
    """A picture for people: JPEG or PNG; of a study or series its middle picture; an encapsulated document as itself."""

    def get(self, request: Request, study: str, series: str = "", instance: str = "", frames: str = "") -> HttpResponseBase:
        found = instances_in(user=request.user, study=study, series=series, instance=instance)
        choices = accepted(request._request)
        document = bulkdata.encapsulated_pdf(found[:1][0]) if instance else None
        if document is not None:
            return self._document(request, found[:1][0], document, choices)
        item = found[:1][0] if instance else representative(found)
        media_type = rendered_type(choices)
        if media_type is None:
            raise not_acceptable()
        look = look_from(request._request.GET)
        frame = frame_numbers(frames)[0] if frames else max(1, (item.number_of_frames + 1) // 2) if not instance else 1
        etag = etag_of(item.sha256, frame, media_type, look)
        note_look(request, item.series.study)
        if (unchanged := not_modified(request, etag)) is not None:
            return unchanged
        return tagged(HttpResponse(render(item, frame, look, media_type), content_type=media_type), etag)

    def _document(self, request: Request, item: Instance, document: bytes, choices: list[Wanted]) -> HttpResponseBase:
        if not any(choice.media_type in {PDF, "application/*", "*/*"} for choice in choices):
            raise not_acceptable()
        note_look(request, item.series.study)
        return tagged(HttpResponse(document, content_type=PDF, headers={"Content-Disposition": "inline"}), etag_of(item.sha256, PDF))


class ThumbnailView(DicomwebView):
    """A small JPEG, made once and kept on disk."""

    def get(self, request: Request, study: str, series: str = "", instance: str = "", frames: str = "") -> HttpResponseBase:
        found = instances_in(user=request.user, study=study, series=series, instance=instance)
        item = found[:1][0] if instance else representative(found)
        frame = frame_numbers(frames)[0] if frames else middle_frame(item)
        etag = etag_of(item.sha256, frame, "thumbnail")
        note_look(request, item.series.study)
        if (unchanged := not_modified(request, etag)) is not None:
            return unchanged
        return tagged(HttpResponse(thumbnail(item, frame), content_type="image/jpeg"), etag)
