"""REST for routing rules."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from imaging.access.permissions import MayAct
from imaging.access.rest import caller
from imaging.access.roles import Act
from imaging.routing.models import RoutingRule
from imaging.routing.rule_selectors import rule_for, rules_deleted, rules_shown
from imaging.routing.rule_services import rule_delete, rule_restore, rule_save
from imaging.routing.serializers import RuleSerializer, StopSerializer

Rules = inline_serializer("Rules", {"results": RuleSerializer(many=True)})


class RulesView(APIView):
    """Routing rules in their order; POST sets one up."""

    permission_classes = (MayAct,)
    act: ClassVar[Act] = Act.TRANSFER_MANAGE

    @extend_schema(operation_id="transfers_rules_list", responses=Rules)
    def get(self, request: Request) -> Response:
        rules = [shown.rule for shown in rules_shown(request.user)]
        return Response({"results": RuleSerializer(rules, many=True).data})

    @extend_schema(request=RuleSerializer, responses={201: RuleSerializer})
    def post(self, request: Request) -> Response:
        form = RuleSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return Response(RuleSerializer(_save(request, RoutingRule(), form.validated_data)).data, status=201)


class RuleView(APIView):
    """One routing rule."""

    permission_classes = (MayAct,)
    act: ClassVar[Act] = Act.TRANSFER_MANAGE

    @extend_schema(responses=RuleSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(RuleSerializer(rule_for(request.user, pk)).data)

    @extend_schema(request=RuleSerializer, responses=RuleSerializer)
    def patch(self, request: Request, pk: int) -> Response:
        rule = rule_for(request.user, pk)
        form = RuleSerializer(rule, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        return Response(RuleSerializer(_save(request, rule, form.validated_data)).data)

    @extend_schema(parameters=[StopSerializer], responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Delete a rule. What it sent goes on saying so, and it can be restored."""
        form = StopSerializer(data=request.query_params)
        form.is_valid(raise_exception=True)
        stops = form.validated_data["stop_transfers"]
        rule_delete(user=caller(request), rule=rule_for(request.user, pk), stops_transfers=stops, door="api")
        return Response(status=204)


class DeletedRulesView(APIView):
    """The rules that were deleted last, newest first."""

    permission_classes = (MayAct,)
    act: ClassVar[Act] = Act.TRANSFER_MANAGE

    @extend_schema(responses=Rules)
    def get(self, request: Request) -> Response:
        return Response({"results": RuleSerializer(rules_deleted(request.user), many=True).data})


class RuleRestoreView(APIView):
    """Have a deleted rule back as it was."""

    permission_classes = (MayAct,)
    act: ClassVar[Act] = Act.TRANSFER_MANAGE

    @extend_schema(request=None, responses=RuleSerializer)
    def post(self, request: Request, pk: int) -> Response:
        rule = rule_restore(user=caller(request), rule=rule_for(request.user, pk, is_deleted=True), door="api")
        return Response(RuleSerializer(rule).data)


def _save(request: Request, rule: RoutingRule, values: dict[str, Any]) -> RoutingRule:
    nodes = values.pop("nodes", None)
    for name, value in values.items():
        setattr(rule, name, value)
    return rule_save(user=caller(request), rule=rule, nodes=rule.nodes.all() if nodes is None else nodes, door="api")
