"""The REST operation that keeps a picture of the volume room as a key image."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from imaging.access.rest import caller, checked
from imaging.viewer.api import ViewerApi, mark_uid
from imaging.viewer.captures.about import LARGEST_ABOUT
from imaging.viewer.captures.services import LARGEST_PICTURE, capture_keep
from imaging.viewer.display_sets import display_sets
from imaging.viewer.selectors import DICOMWEB_ROOT, study_get
from imaging.viewer.serializers import JsonField, KeyImageOutput


class AboutField(JsonField):
    largest = LARGEST_ABOUT


class CaptureInput(serializers.Serializer[Any]):
    picture = serializers.FileField(help_text="PNG in colours, at most 2048 pixels wide and high.")
    about = AboutField(help_text="look, plane, slab, thickness, preset, spacing, caption, and the sources with their windows.")


class CaptureOutput(serializers.Serializer[Any]):
    key_image = KeyImageOutput()
    sets = serializers.ListField(child=serializers.DictField(), help_text="What the study's rail shows now.")


class CaptureView(ViewerApi):
    """One picture of the volume room, named by the viewer that made it: sent again it is kept once."""

    parser_classes = (MultiPartParser,)

    @extend_schema(request=CaptureInput, responses=CaptureOutput)
    def put(self, request: Request, study: str, uid: str) -> Response:
        found = study_get(user=request.user, study_instance_uid=study)
        given = checked(CaptureInput, request)
        kept = capture_keep(
            user=caller(request), study=found, uid=mark_uid(uid), picture=given["picture"].read(LARGEST_PICTURE + 1), about=given["about"]
        )  # fmt: skip
        return Response({"key_image": KeyImageOutput(kept).data, "sets": display_sets(found, root=DICOMWEB_ROOT)})
