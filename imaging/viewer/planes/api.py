"""REST operations on measurements on planes that are cut through series of a study."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from imaging.access.rest import caller
from imaging.common.api import listed
from imaging.viewer.api import REVISION, ViewerApi, looked, mark_uid, numbered
from imaging.viewer.planes.selectors import plane_marks_of
from imaging.viewer.planes.serializers import PlaneMarkInput, PlaneMarkOutput
from imaging.viewer.planes.services import plane_mark_remove, plane_mark_save
from imaging.viewer.selectors import instance_get, study_get


class PlaneMarksView(ViewerApi):
    """The measurements on cut planes of a study."""

    @extend_schema(responses=listed(PlaneMarkOutput))
    def get(self, request: Request, study: str) -> Response:
        found = plane_marks_of(study=looked(request, study))
        return Response({"results": PlaneMarkOutput(found, many=True, context={"user": request.user}).data})


class PlaneMarkView(ViewerApi):
    """One measurement on a cut plane, named by the viewer that made it: sent again it is kept once."""

    @extend_schema(request=PlaneMarkInput, parameters=[REVISION], responses=PlaneMarkOutput)
    def put(self, request: Request, study: str, uid: str) -> Response:
        form = PlaneMarkInput(data=request.data)
        form.is_valid(raise_exception=True)
        values = dict(form.validated_data)
        parent = study_get(user=request.user, study_instance_uid=study)
        instance = instance_get(user=request.user, study=parent, sop_instance_uid=values.pop("instance"))
        named: dict[str, Any] = {"uid": mark_uid(uid), "study": parent, **numbered(request, values)}
        mark = plane_mark_save(user=caller(request), instance=instance, values=values, **named)
        return Response(PlaneMarkOutput(mark, context={"user": request.user}).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, study: str, uid: str) -> Response:
        parent = study_get(user=request.user, study_instance_uid=study)
        plane_mark_remove(user=caller(request), study=parent, uid=mark_uid(uid))
        return Response(status=204)
