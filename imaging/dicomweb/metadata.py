"""WADO-RS metadata: the attributes of every object below, from what was kept at ingest (PS3.18 10.4.1.1.2)."""

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from imaging.archive.models import InstanceMetadata
from imaging.archive.overlay import metadata_texts
from imaging.archive.pixels import CHUNK
from imaging.dicomweb import bulkdata
from imaging.dicomweb.answers import model_wanted
from imaging.dicomweb.base import DicomwebView, etag_of, held, not_modified, note_look, tagged
from imaging.dicomweb.multipart import Part, multipart_response
from imaging.dicomweb.native_xml import to_xml
from imaging.dicomweb.negotiation import DICOM_JSON, DICOM_XML
from imaging.dicomweb.selectors import instances_in

AT_ONCE = 100
FORMS = (DICOM_JSON, f'multipart/related; type="{DICOM_XML}"')
COLUMNS = (
    "pk", "sha256", "series__correction", "transfer_syntax_uid", "sop_instance_uid", "series__series_instance_uid",
    "series__study__study_instance_uid",
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """What is said of an object besides its kept metadata."""

    pk: int
    sha256: str
    correction: int | None
    transfer_syntax_uid: str
    instance: str
    series: str
    study: str

    @property
    def address(self) -> str:
        return f"studies/{self.study}/series/{self.series}/instances/{self.instance}/"


class MetadataView(DicomwebView):
    """DICOM JSON, or the Native DICOM Model in XML, a part for each object."""

    def get(self, request: Request, study: str, series: str = "", instance: str = "") -> HttpResponseBase:
        model = model_wanted(request, *FORMS)
        found = instances_in(user=request.user, study=study, series=series, instance=instance)
        # The objects are immutable, so what they are and how many says all; no metadata is read to answer 304.
        places = [Place(*row) for row in found.values_list(*COLUMNS)]
        packs = model == DICOM_JSON and "gzip" in request.headers.get("Accept-Encoding", "")
        etag = etag_of("metadata", model, packs, request.get_host(), *(f"{place.sha256}{place.correction or ''}" for place in places))
        note_look(request, found[:1][0].series.study)
        if (unchanged := not_modified(held(request), etag)) is not None:
            return unchanged
        datasets = _datasets(request.build_absolute_uri("/dicomweb/"), places)
        return tagged(_in_xml(datasets) if model == DICOM_XML else _in_json(datasets, packs=packs), etag)


def _datasets(root: str, places: list[Place]) -> Iterator[bytes]:
    """Each data set in JSON. Some are read at a time, so that no question to the database is left open while a client reads."""
    for start in range(0, len(places), AT_ONCE):
        some = places[start : start + AT_ONCE]
        rows = InstanceMetadata.objects.filter(pk__in=[place.pk for place in some])
        texts = metadata_texts(rows.values_list("pk", "instance__series__correction", "json_zlib", "pk").iterator(chunk_size=AT_ONCE))
        kept = {key: text for text, key in texts}
        for place in some:
            if place.pk in kept:  # not so for what was deleted a moment ago
                yield bulkdata.with_addresses(kept[place.pk], root + place.address, place.transfer_syntax_uid)


def _in_xml(datasets: Iterator[bytes]) -> HttpResponseBase:
    return multipart_response((Part(DICOM_XML, [to_xml(json.loads(dataset))]) for dataset in datasets), DICOM_XML)


def _in_json(datasets: Iterator[bytes], *, packs: bool) -> HttpResponseBase:
    """Compressed where the client takes it: metadata shrinks about ten times. An answer in one piece says how long it is."""
    pieces = _coded(_list(datasets), packs=packs)
    first = next(pieces)
    second = next(pieces, None)
    if second is None:
        response: HttpResponseBase = HttpResponse(first, content_type=DICOM_JSON)
    else:
        response = StreamingHttpResponse(_rejoined(first, second, pieces), content_type=DICOM_JSON)
    if packs:
        response["Content-Encoding"] = "gzip"
    return response


def _rejoined(first: bytes, second: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield second
    yield from rest


def _list(datasets: Iterator[bytes]) -> Iterator[bytes]:
    yield b"["
    for index, dataset in enumerate(datasets):
        yield b"," + dataset if index else dataset
    yield b"]"


def _coded(pieces: Iterator[bytes], *, packs: bool) -> Iterator[bytes]:
    """Larger pieces, compressed or not; at least one."""
    packer = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS | 16) if packs else None
    waiting = bytearray()
    for piece in pieces:
        waiting += packer.compress(piece) if packer else piece
        if len(waiting) >= CHUNK:
            yield bytes(waiting)
            waiting.clear()
    waiting += packer.flush() if packer else b""
    yield bytes(waiting)
