"""REST for keys and tools of the viewer."""

from typing import Any, ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from imaging.access.permissions import MayAct
from imaging.access.policy import require
from imaging.access.rest import caller, checked
from imaging.access.roles import Act
from imaging.viewer.keys.selectors import keys_in_use
from imaging.viewer.keys.services import keys_reset, keys_save

FOR = OpenApiParameter("for", OpenApiTypes.STR, enum=["me", "department"], description="Whose; one's own unless named.")


class KeysInput(serializers.Serializer[Any]):
    """By act its key (empty for none), by mouse button its tool; what is not named stays."""

    keys = serializers.DictField(child=serializers.CharField(max_length=20, allow_blank=True), default=dict)
    tools = serializers.DictField(child=serializers.CharField(max_length=20), default=dict)


class KeysOutput(KeysInput):
    is_changed = serializers.BooleanField()


class KeysAPI(APIView):
    """Which keys and mouse buttons do what in the viewer."""

    permission_classes = (MayAct,)
    act: ClassVar[Act] = Act.VIEWER_ARRANGE

    @extend_schema(parameters=[FOR], responses=KeysOutput)
    def get(self, request: Request) -> Response:
        return Response(self._used(request))

    @extend_schema(parameters=[FOR], request=KeysInput, responses=KeysOutput)
    def patch(self, request: Request) -> Response:
        said = checked(KeysInput, request)
        keys_save(user=caller(request), keys=said["keys"], tools=said["tools"], for_department=_for_department(request), door="api")
        return Response(self._used(request))

    @extend_schema(parameters=[FOR], responses={204: None})
    def delete(self, request: Request) -> Response:
        keys_reset(user=caller(request), for_department=_for_department(request), door="api")
        return Response(status=204)

    @staticmethod
    def _used(request: Request) -> dict[str, Any]:
        for_department = _for_department(request)
        if for_department:
            require(request.user, Act.VIEWER_SETUP)
        return dict(KeysOutput(keys_in_use(request.user, for_department=for_department)).data)


def _for_department(request: Request) -> bool:
    return request.query_params.get("for") == "department"
