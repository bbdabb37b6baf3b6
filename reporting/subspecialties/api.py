"""REST for subspecialties."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from imaging.access.permissions import MayAct
from imaging.access.rest import caller
from imaging.access.roles import Act
from imaging.common.api import listed
from reporting.subspecialties.models import Subspecialty
from reporting.subspecialties.selectors import subspecialties_deleted, subspecialties_shown, subspecialty_for
from reporting.subspecialties.serializers import SubspecialtySerializer
from reporting.subspecialties.services import subspecialty_delete, subspecialty_restore, subspecialty_save

Subspecialties = listed(SubspecialtySerializer)


class SubspecialtyAct(APIView):
    permission_classes = (MayAct,)
    act: ClassVar[Act] = Act.READING_SETUP


class SubspecialtiesAPI(SubspecialtyAct):
    """Sections of the reading room; POST sets one up."""

    @extend_schema(operation_id="subspecialties_list", responses=Subspecialties)
    def get(self, request: Request) -> Response:
        return Response({"results": SubspecialtySerializer(subspecialties_shown(request.user), many=True).data})

    @extend_schema(request=SubspecialtySerializer, responses={201: SubspecialtySerializer})
    def post(self, request: Request) -> Response:
        form = SubspecialtySerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return Response(_saved(request, Subspecialty(), form.validated_data), status=201)


class SubspecialtyAPI(SubspecialtyAct):
    """One subspecialty."""

    @extend_schema(responses=SubspecialtySerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(SubspecialtySerializer(subspecialty_for(request.user, pk)).data)

    @extend_schema(request=SubspecialtySerializer, responses=SubspecialtySerializer)
    def patch(self, request: Request, pk: int) -> Response:
        subspecialty = subspecialty_for(request.user, pk)
        form = SubspecialtySerializer(subspecialty, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        return Response(_saved(request, subspecialty, form.validated_data))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Delete it; it can be restored."""
        subspecialty_delete(user=caller(request), subspecialty=subspecialty_for(request.user, pk), door="api")
        return Response(status=204)


class DeletedSubspecialtiesAPI(SubspecialtyAct):
    """Those that were deleted last, newest first."""

    @extend_schema(operation_id="subspecialties_deleted", responses=Subspecialties)
    def get(self, request: Request) -> Response:
        return Response({"results": SubspecialtySerializer(subspecialties_deleted(request.user), many=True).data})


class SubspecialtyRestoreAPI(SubspecialtyAct):
    """Have a deleted one back as it was."""

    @extend_schema(request=None, responses=SubspecialtySerializer)
    def post(self, request: Request, pk: int) -> Response:
        found = subspecialty_for(request.user, pk, is_deleted=True)
        return Response(SubspecialtySerializer(subspecialty_restore(user=caller(request), subspecialty=found, door="api")).data)


def _saved(request: Request, subspecialty: Subspecialty, values: dict[str, Any]) -> Any:
    readers = values.pop("readers", None)
    for name, value in values.items():
        setattr(subspecialty, name, value)
    return SubspecialtySerializer(subspecialty_save(user=caller(request), subspecialty=subspecialty, readers=readers, door="api")).data
