"""REST for the rules by which reports are due."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from imaging.access.permissions import MayAct
from imaging.access.rest import caller
from imaging.access.roles import Act
from imaging.common.api import listed
from reporting.deadlines.models import DeadlineRule
from reporting.deadlines.selectors import rule_for, rules_deleted, rules_shown
from reporting.deadlines.serializers import DeadlineSerializer
from reporting.deadlines.services import deadline_delete, deadline_restore, deadline_save

DeadlineRules = listed(DeadlineSerializer)


class DeadlineAct(APIView):
    permission_classes = (MayAct,)
    act: ClassVar[Act] = Act.READING_SETUP


class DeadlinesAPI(DeadlineAct):
    """By when reports are due; POST sets up a rule."""

    @extend_schema(operation_id="deadlines_list", responses=DeadlineRules)
    def get(self, request: Request) -> Response:
        return Response({"results": DeadlineSerializer(rules_shown(request.user), many=True).data})

    @extend_schema(request=DeadlineSerializer, responses={201: DeadlineSerializer})
    def post(self, request: Request) -> Response:
        form = DeadlineSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return Response(_saved(request, DeadlineRule(), form.validated_data), status=201)


class DeadlineAPI(DeadlineAct):
    """One rule."""

    @extend_schema(responses=DeadlineSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(DeadlineSerializer(rule_for(request.user, pk)).data)

    @extend_schema(request=DeadlineSerializer, responses=DeadlineSerializer)
    def patch(self, request: Request, pk: int) -> Response:
        rule = rule_for(request.user, pk)
        form = DeadlineSerializer(rule, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        return Response(_saved(request, rule, form.validated_data))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Delete a rule; it can be restored."""
        deadline_delete(user=caller(request), rule=rule_for(request.user, pk), door="api")
        return Response(status=204)


class DeletedDeadlinesAPI(DeadlineAct):
    """The rules that were deleted last, newest first."""

    @extend_schema(responses=DeadlineRules)
    def get(self, request: Request) -> Response:
        return Response({"results": DeadlineSerializer(rules_deleted(request.user), many=True).data})


class DeadlineRestoreAPI(DeadlineAct):
    """Have a deleted rule back as it was."""

    @extend_schema(request=None, responses=DeadlineSerializer)
    def post(self, request: Request, pk: int) -> Response:
        rule = deadline_restore(user=caller(request), rule=rule_for(request.user, pk, is_deleted=True), door="api")
        return Response(DeadlineSerializer(rule).data)


def _saved(request: Request, rule: DeadlineRule, values: dict[str, Any]) -> Any:
    for name, value in values.items():
        setattr(rule, name, value)
    return DeadlineSerializer(deadline_save(user=caller(request), rule=rule, door="api")).data
