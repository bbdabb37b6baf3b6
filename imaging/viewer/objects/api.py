"""REST operations on the objects of a study: what lies over its pictures, and saving what readers kept."""

import json
from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from pydicom.dataset import Dataset
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from imaging.access.rest import caller
from imaging.access.roles import Act
from imaging.archive.models import Instance
from imaging.common.errors import InvalidInput
from imaging.common.tags import etag_of, held, not_modified, tagged
from imaging.viewer.api import ViewerApi, looked
from imaging.viewer.display_sets import display_sets
from imaging.viewer.models import SavedObject
from imaging.viewer.objects import packing
from imaging.viewer.objects.dose_read import dose_values
from imaging.viewer.objects.kinds import DOSE, KINDS, SEGMENTATION
from imaging.viewer.objects.reading import as_sent, dataset_of
from imaging.viewer.objects.saving import objects_save
from imaging.viewer.objects.segments_read import is_label_map, labels_of, segment_bits
from imaging.viewer.objects.selectors import object_get, objects_say
from imaging.viewer.selectors import DICOMWEB_ROOT, study_get

# Counted up when the values of the same object are made otherwise, so that none are held that are wrong.
VALUES = 1


class SavedObjectOutput(serializers.ModelSerializer[SavedObject]):
    instance = serializers.CharField(source="instance.sop_instance_uid")  # type: ignore[assignment]
    series = serializers.CharField(source="instance.series.series_instance_uid")
    author = serializers.CharField(source="author.label")

    class Meta:
        model = SavedObject
        fields = ("instance", "series", "kind", "version", "author", "created_at")


class SavedOutput(serializers.Serializer[Any]):
    saved = SavedObjectOutput(many=True)
    sets = serializers.ListField(child=serializers.DictField(), help_text="What the study's rail shows now.")


class ObjectsView(ViewerApi):
    """Key images, views and measurements of a study as objects in the archive."""

    @extend_schema(request=None, responses={201: SavedOutput})
    def post(self, request: Request, study: str) -> Response:
        found = study_get(user=request.user, study_instance_uid=study)
        saved = objects_save(user=caller(request), study=found, door="api")
        sets = display_sets(found, root=DICOMWEB_ROOT)
        return Response({"saved": SavedObjectOutput(saved, many=True).data, "sets": sets}, status=201)


class SeriesObjectsView(ViewerApi):
    """What the objects of one series say: presentation, key images, measurements, segments, structures, dose."""

    acts: ClassVar[dict[str, Act]] = {"get": Act.IMAGES_VIEW}

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, study: str, series: str) -> Response:
        return Response(objects_say(user=request.user, study=looked(request, study), series_instance_uid=series))


class Octets(BaseRenderer):
    """Bytes as they are, so that who asks for them by name gets them."""

    media_type = "application/octet-stream"
    format = "octets"
    charset = None
    render_style = "binary"

    def render(self, data: Any, *_about: Any, **_more: Any) -> bytes:
        return data if isinstance(data, bytes) else json.dumps(data, default=str).encode()


class OverlayValuesView(ViewerApi):
    """The bits of one segment, the labels of all of them, or the values of a dose."""

    renderer_classes = (JSONRenderer, Octets)
    acts: ClassVar[dict[str, Act]] = {"get": Act.IMAGES_VIEW}

    @extend_schema(responses={(200, "application/octet-stream"): bytes})
    def get(self, request: Request, study: str, instance: str) -> HttpResponse:
        found = looked(request, study)
        overlay = object_get(user=request.user, study=found, sop_instance_uid=instance, kinds={SEGMENTATION, DOSE})
        etag = etag_of(overlay.sha256, request.query_params.get("segment", ""), _unpacks(request), VALUES)
        if (unchanged := not_modified(held(request), etag)) is not None:
            return unchanged
        with as_sent(overlay):
            return tagged(_values(request, overlay, dataset_of(overlay)), etag)


def _unpacks(request: Request) -> bool:
    return "gzip" in request.headers.get("Accept-Encoding", "")


def _values(request: Request, overlay: Instance, ds: Dataset) -> HttpResponse:
    """Packed where the asker can unpack, so that a large volume is not held in memory; plain only as far as it is small."""
    is_packed, headers = _unpacks(request), {"Vary": "Accept-Encoding"}
    most = {} if is_packed else {"most": packing.LARGEST}
    if KINDS[overlay.sop_class_uid] == DOSE:
        planes, highest = dose_values(overlay, ds, **most)
        headers |= {"X-Highest": repr(highest)}
    elif is_label_map(ds):
        planes = labels_of(overlay, ds, **most)
    else:
        planes = segment_bits(overlay, ds, _segment(request), **most)
    headers |= {"Content-Encoding": "gzip"} if is_packed else {}
    octets = packing.zipped(planes) if is_packed else b"".join(planes)
    return HttpResponse(octets, content_type="application/octet-stream", headers=headers)


def _segment(request: Request) -> int:
    """The segment that is asked for. Raises InvalidInput."""
    text = request.query_params.get("segment", "")
    if not (text.isascii() and text.isdigit() and len(text) <= 5):
        raise InvalidInput(_("“segment” is the number of a segment."), field="segment")
    return int(text)
