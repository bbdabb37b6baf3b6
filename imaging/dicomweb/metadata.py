"""WADO-RS metadata: the attributes of every object below, from what was kept at ingest (PS3.18 10.4.1.1.2)."""

import json
import zlib
from collections.abc import Iterator
from itertools import chain, islice
from typing import NamedTuple

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request

from imaging.archive.corrections.overlay import metadata_texts
from imaging.archive.models import Instance
from imaging.archive.pictures.pixels import CHUNK
from imaging.common.kept import Kept
from imaging.common.tags import etag_of, held, not_modified, tagged
from imaging.dicomweb import bulkdata
from imaging.dicomweb.answers import model_wanted
from imaging.dicomweb.base import DicomwebView, note_look
from imaging.dicomweb.multipart import Part, multipart_response
from imaging.dicomweb.native_xml import to_xml
from imaging.dicomweb.negotiation import DICOM_JSON, DICOM_XML
from imaging.dicomweb.selectors import instances_below, present, study_get

AT_ONCE = 500
MOST_PIECES_KEPT = 8
FORMS = (DICOM_JSON, f'multipart/related; type="{DICOM_XML}"')
COLUMNS = (
    "pk", "sha256", "series__correction", "transfer_syntax_uid", "sop_instance_uid", "series__series_instance_uid",
)  # fmt: skip


kept = Kept(settings.DICOMWEB_KEPT_BYTES)


class Place(NamedTuple):
    """What is said of an object besides its kept metadata."""

    study: str
    pk: int
    sha256: str
    correction: int | None
    transfer_syntax_uid: str
    instance: str
    series: str

    @property
    def address(self) -> str:
        return f"studies/{self.study}/series/{self.series}/instances/{self.instance}/"


class MetadataView(DicomwebView):
    """DICOM JSON, or the Native DICOM Model in XML, a part for each object."""

    def get(self, request: Request, study: str, series: str = "", instance: str = "") -> HttpResponseBase:
        model = model_wanted(request, *FORMS)
        found = study_get(user=request.user, study=study)
        below = instances_below(found, series, instance)
        places = [Place(study, *row) for row in present(below.values_list(*COLUMNS))]
        packs = model == DICOM_JSON and "gzip" in request.headers.get("Accept-Encoding", "")
        root = request.build_absolute_uri("/dicomweb/")
        # The objects are immutable, so what they are and how many says all; no metadata is read to answer 304.
        etag = etag_of("metadata", model, packs, root, *(f"{place.sha256}{place.correction or ''}" for place in places))
        note_look(request, found)
        if (unchanged := not_modified(held(request), etag)) is not None:
            return unchanged
        if model == DICOM_XML:
            return tagged(_in_xml(_datasets(root, places, below)), etag)
        response = tagged(_in_json(root, places, below, etag, packs=packs), etag)
        if packs:
            response["Content-Encoding"] = "gzip"
        return response


def _datasets(root: str, places: list[Place], below: QuerySet[Instance]) -> Iterator[bytes]:
    """Each data set in JSON. Some are read at a time, so that no question to the database is left open while a client reads."""
    for start in range(0, len(places), AT_ONCE):
        some = places[start : start + AT_ONCE]
        rows = below if len(some) == len(places) else below.filter(pk__in=[place.pk for place in some])
        packed = dict(rows.order_by().values_list("pk", "metadata__json_zlib"))
        there = (place for place in some if packed.get(place.pk))  # not so for what was deleted a moment ago
        for text, place in metadata_texts((place.pk, place.correction, packed[place.pk], place) for place in there):
            yield bulkdata.with_addresses(text, root + place.address, place.transfer_syntax_uid)


def _in_xml(datasets: Iterator[bytes]) -> HttpResponseBase:
    return multipart_response((Part(DICOM_XML, [to_xml(json.loads(dataset))]) for dataset in datasets), DICOM_XML)


def _in_json(root: str, places: list[Place], below: QuerySet[Instance], etag: str, *, packs: bool) -> HttpResponseBase:
    """Compressed where the client takes it: metadata shrinks about ten times. An answer in one piece says how long it is."""
    if (text := kept.get(etag)) is not None:
        return HttpResponse(text, content_type=DICOM_JSON)
    pieces = _coded(_list(_datasets(root, places, below)), packs=packs)
    if not any(place.correction for place in places):  # what those say depends on others too
        pieces = _keeping(etag, pieces)
    start = list(islice(pieces, 2))
    if len(start) == 1:
        return HttpResponse(start[0], content_type=DICOM_JSON)
    return StreamingHttpResponse(chain(start, pieces), content_type=DICOM_JSON)


def _keeping(etag: str, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same, remembered for the next who asks once all of it has gone by, unless it is long."""
    gone: list[bytes] = []
    for number, piece in enumerate(pieces):
        if number < MOST_PIECES_KEPT:
            gone.append(piece)
        yield piece
    if len(gone) < MOST_PIECES_KEPT:
        kept.put(etag, b"".join(gone))


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
