"""REST operations on how the caller left the images of a study."""

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from imaging.access.rest import caller
from imaging.access.roles import Act
from imaging.common.errors import NotFound
from imaging.viewer.api import ViewerApi
from imaging.viewer.layouts.selectors import SCREENS
from imaging.viewer.layouts.services import layout_forget, layout_keep
from imaging.viewer.selectors import study_get
from imaging.viewer.serializers import JsonField


class ArrangementField(JsonField):
    """An object that only the viewer of the same person reads."""

    largest = 16 * 1024

    def to_internal_value(self, data: Any) -> Any:
        value = super().to_internal_value(data)
        if not isinstance(value, dict):
            raise serializers.ValidationError("An object is wanted.")
        return value


class LayoutInput(serializers.Serializer[Any]):
    arrangement = ArrangementField()


class LayoutView(ViewerApi):
    """How the caller left a study on one of their screens, 1 to 4."""

    acts: ClassVar[dict[str, Act]] = {"put": Act.IMAGES_VIEW, "delete": Act.IMAGES_VIEW}

    @extend_schema(request=LayoutInput, responses={204: None})
    def put(self, request: Request, study: str, screen: int) -> Response:
        form = LayoutInput(data=request.data)
        form.is_valid(raise_exception=True)
        found = study_get(user=request.user, study_instance_uid=study)
        layout_keep(user=caller(request), study=found, screen=_known(screen), **form.validated_data)
        return Response(status=204)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, study: str, screen: int) -> Response:
        found = study_get(user=request.user, study_instance_uid=study)
        layout_forget(user=caller(request), study=found, screen=_known(screen))
        return Response(status=204)


def _known(screen: int) -> int:
    if screen not in SCREENS:
        raise NotFound(_("There are screens 1 to 4."))
    return screen
