"""REST for hanging protocols."""

from typing import Any, ClassVar

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from imaging.access.models import User
from imaging.access.permissions import MayAct
from imaging.access.rest import caller, checked
from imaging.access.roles import Act
from imaging.common.api import listed
from imaging.viewer.hanging.models import HangingProtocol, HangingVersion
from imaging.viewer.hanging.rules import rule_read
from imaging.viewer.hanging.selectors import protocol_for, protocols_of, version_of, versions_of
from imaging.viewer.hanging.services import (
    hanging_add,
    hanging_delete,
    hanging_put_back,
    hanging_restore,
    hanging_save,
    hanging_share,
    hanging_switch,
)
from imaging.viewer.hanging.trial import rule_try
from imaging.viewer.serializers import JsonField


class HangingOutput(serializers.ModelSerializer[HangingProtocol]):
    owner = serializers.CharField(source="owner.label")

    class Meta:
        model = HangingProtocol
        fields = ("id", "name", "owner", "is_shared", "is_off", "version", "created_at", "changed_at")


class HangingWithRule(HangingOutput):
    """With what it says now."""

    rule = serializers.SerializerMethodField()

    class Meta:
        model = HangingProtocol
        fields = (*HangingOutput.Meta.fields, "rule")

    def get_rule(self, protocol: HangingProtocol) -> dict[str, Any]:
        return dict(version_of(protocol).rule)


class HangingVersionOutput(serializers.ModelSerializer[HangingVersion]):
    author = serializers.CharField(source="author.label")

    class Meta:
        model = HangingVersion
        fields = ("number", "rule", "put_back", "author", "created_at")


class HangingInput(serializers.Serializer[Any]):
    """A new protocol."""

    name = serializers.CharField(max_length=60)
    rule = JsonField()
    is_shared = serializers.BooleanField(default=False)


class HangingChange(serializers.Serializer[Any]):
    """What is named is changed; a `rule` makes a new version, for which `version` says which one was changed."""

    name = serializers.CharField(max_length=60, required=False)
    rule = JsonField(required=False)
    version = serializers.IntegerField(required=False, min_value=1)
    is_shared = serializers.BooleanField(required=False)
    is_off = serializers.BooleanField(required=False)


class PutBackInput(serializers.Serializer[Any]):
    number = serializers.IntegerField(min_value=1)


class RuleInput(serializers.Serializer[Any]):
    rule = JsonField()


class TriedPaneOutput(serializers.Serializer[Any]):
    series = serializers.CharField()
    alternative = serializers.IntegerField()
    missing = serializers.CharField()


class TriedOutput(serializers.Serializer[Any]):
    study = serializers.CharField(source="study.study_instance_uid")
    outcome = serializers.ChoiceField(choices=("full", "partly", "not"))
    panes = TriedPaneOutput(many=True)


class TrialOutput(serializers.Serializer[Any]):
    looked_at = serializers.IntegerField()
    results = TriedOutput(many=True, source="rows")


class HangingDoor(APIView):
    permission_classes = (MayAct,)
    act: ClassVar[Act] = Act.VIEWER_ARRANGE


class HangingsAPI(HangingDoor):
    """One's own hanging protocols and the shared ones."""

    @extend_schema(operation_id="hangings_list", responses=listed(HangingOutput))
    def get(self, request: Request) -> Response:
        return Response({"results": HangingOutput(protocols_of(request.user), many=True).data})

    @extend_schema(request=HangingInput, responses={201: HangingWithRule})
    def post(self, request: Request) -> Response:
        said = checked(HangingInput, request)
        rule = rule_read(said["rule"])
        kept = hanging_add(user=caller(request), name=said["name"], rule=rule, shared=said["is_shared"], door="api")
        return Response(HangingWithRule(kept).data, status=201)


class HangingAPI(HangingDoor):
    """One hanging protocol."""

    @extend_schema(responses=HangingWithRule)
    def get(self, request: Request, pk: int) -> Response:
        return Response(HangingWithRule(protocol_for(request.user, pk)).data)

    @extend_schema(request=HangingChange, responses=HangingWithRule)
    def patch(self, request: Request, pk: int) -> Response:
        user, protocol, said = caller(request), protocol_for(request.user, pk), checked(HangingChange, request)
        with transaction.atomic():
            self._change(user, protocol, said)
        return Response(HangingWithRule(protocol_for(request.user, pk)).data)

    @staticmethod
    def _change(user: User, protocol: HangingProtocol, said: dict[str, Any]) -> None:
        if "is_shared" in said:
            hanging_share(user=user, protocol=protocol, shared=said["is_shared"], door="api")
        if "is_off" in said:
            hanging_switch(user=user, protocol=protocol, off=said["is_off"], door="api")
        if "rule" in said or "name" in said:
            rule = rule_read(said["rule"] if "rule" in said else version_of(protocol).rule)
            hanging_save(user=user, protocol=protocol, rule=rule, name=said.get("name", ""), seen=said.get("version"), door="api")

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Delete it; it can be restored."""
        hanging_delete(user=caller(request), protocol=protocol_for(request.user, pk), door="api")
        return Response(status=204)


class HangingVersionsAPI(HangingDoor):
    """All versions of a hanging protocol, the newest first; POST puts an old one back."""

    @extend_schema(responses=listed(HangingVersionOutput))
    def get(self, request: Request, pk: int) -> Response:
        return Response({"results": HangingVersionOutput(versions_of(protocol_for(request.user, pk)), many=True).data})

    @extend_schema(request=PutBackInput, responses=HangingWithRule)
    def post(self, request: Request, pk: int) -> Response:
        number = checked(PutBackInput, request)["number"]
        kept = hanging_put_back(user=caller(request), protocol=protocol_for(request.user, pk), number=number, door="api")
        return Response(HangingWithRule(kept).data)


class HangingRestoreAPI(HangingDoor):
    """Have a deleted hanging protocol back."""

    @extend_schema(request=None, responses=HangingWithRule)
    def post(self, request: Request, pk: int) -> Response:
        return Response(HangingWithRule(hanging_restore(user=caller(request), pk=pk, door="api")).data)


class HangingTrialAPI(HangingDoor):
    """How a rule would hang the studies that came last."""

    @extend_schema(request=RuleInput, responses=TrialOutput)
    def post(self, request: Request) -> Response:
        trial = rule_try(user=caller(request), rule=rule_read(checked(RuleInput, request)["rule"]), door="api")
        return Response(TrialOutput(trial).data)
