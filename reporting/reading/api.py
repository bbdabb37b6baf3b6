"""The reading list by REST: what waits, filters by name, and images that came after signing."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from imaging.access.audit import audit_list
from imaging.access.permissions import MayAct
from imaging.access.rest import caller, checked
from imaging.access.roles import Act
from imaging.common.api import listed
from reporting.reading.filters import ListFilter
from reporting.reading.late import late_images_reopen, late_images_settle
from reporting.reading.rows import rows_in_view
from reporting.reading.selectors import filters_of, late_for, late_images_for, own_filter_for
from reporting.reading.serializers import (
    FilterSerializer,
    FirstListSerializer,
    LateImagesSerializer,
    ReadingRowSerializer,
    SettleSerializer,
)
from reporting.reading.services import filter_delete, filter_restore, filter_save, first_list_set

DOOR = "api"
MOST_TASKS = 200


class ReadingAPI(APIView):
    permission_classes = (MayAct,)
    act: ClassVar[Act] = Act.REPORT_WRITE


class ReadingListAPI(ReadingAPI):
    """What waits for a report or a signature, what is overdue first; a protected patient is not named to who may not know.

    Narrowed by the query of the page's address: `view`, `modality`, `sub`, `priority`, `class`, `section`, `site`, `due`, `images`, `q`.
    """

    @extend_schema(responses=listed(ReadingRowSerializer))
    def get(self, request: Request) -> Response:
        user = caller(request)
        audit_list(user=user, act="exam.list", door=DOOR, list="reading")
        rows = rows_in_view(user, ListFilter.of(request.query_params))
        return Response({"results": ReadingRowSerializer(rows, many=True).data})


class FiltersAPI(ReadingAPI):
    """Reading lists under a name, one's own and those that are shared; POST keeps one."""

    @extend_schema(operation_id="reading_filters_list", responses=listed(FilterSerializer))
    def get(self, request: Request) -> Response:
        return Response({"results": FilterSerializer(filters_of(caller(request)), many=True).data})

    @extend_schema(request=FilterSerializer, responses={201: FilterSerializer})
    def post(self, request: Request) -> Response:
        given: dict[str, Any] = {"address": "", "audience": "", **checked(FilterSerializer, request)}
        return Response(FilterSerializer(filter_save(user=caller(request), door=DOOR, **given)).data, status=201)


class FilterAPI(ReadingAPI):
    """One of one's own lists."""

    @extend_schema(request=FilterSerializer, responses=FilterSerializer)
    def patch(self, request: Request, pk: int) -> Response:
        kept = own_filter_for(caller(request), pk)
        form = FilterSerializer(kept, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        given = {"name": kept.name, "address": kept.address, "audience": kept.audience, **form.validated_data}
        return Response(FilterSerializer(filter_save(user=caller(request), kept=kept, door=DOOR, **given)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Delete it, also for those with whom it is shared; it can be restored."""
        filter_delete(user=caller(request), kept=own_filter_for(caller(request), pk), door=DOOR)
        return Response(status=204)


class FilterRestoreAPI(ReadingAPI):
    """Have a deleted list back."""

    @extend_schema(request=None, responses=FilterSerializer)
    def post(self, request: Request, pk: int) -> Response:
        kept = own_filter_for(caller(request), pk, is_deleted=True)
        return Response(FilterSerializer(filter_restore(user=caller(request), kept=kept, door=DOOR)).data)


class FirstListAPI(ReadingAPI):
    """With which list the page opens for the caller."""

    @extend_schema(request=FirstListSerializer, responses={204: None})
    def put(self, request: Request) -> Response:
        first_list_set(user=caller(request), pk=checked(FirstListSerializer, request)["list"])
        return Response(status=204)


class LateImagesAPI(ReadingAPI):
    """Images that came after signing and that nobody has looked at, the oldest first."""

    @extend_schema(responses=listed(LateImagesSerializer))
    def get(self, request: Request) -> Response:
        audit_list(user=caller(request), act="exam.list", door=DOOR, list="late")
        return Response({"results": LateImagesSerializer(late_images_for(caller(request))[:MOST_TASKS], many=True).data})


class LateStandsAPI(ReadingAPI):
    """The signed report stands although images came later. An addendum or a correction settles the task by itself."""

    act = Act.REPORT_SIGN

    @extend_schema(request=SettleSerializer, responses=LateImagesSerializer)
    def post(self, request: Request, pk: int) -> Response:
        given = checked(SettleSerializer, request)
        task = late_images_settle(user=caller(request), task=late_for(caller(request), pk), door=DOOR, **given)
        return Response(LateImagesSerializer(task).data)


class LateReopenAPI(ReadingAPI):
    """Take back that the report stands."""

    act = Act.REPORT_SIGN

    @extend_schema(request=None, responses=LateImagesSerializer)
    def post(self, request: Request, pk: int) -> Response:
        task = late_images_reopen(user=caller(request), task=late_for(caller(request), pk), door=DOOR)
        return Response(LateImagesSerializer(task).data)
