"""REST for nodes that do not answer: which, and ending their rest."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from imaging.access.permissions import MayAct
from imaging.access.rest import caller
from imaging.access.roles import Act
from imaging.dimse.selectors import node_for
from imaging.routing.selectors import nodes_away
from imaging.routing.serializers import AwayNodeSerializer
from imaging.routing.services import node_try_now


class NodesAwayView(APIView):
    """Nodes that do not answer and that transfers wait for."""

    permission_classes = (MayAct,)
    act: ClassVar[Act] = Act.TRANSFER_VIEW

    @extend_schema(responses=inline_serializer("AwayNodes", {"results": AwayNodeSerializer(many=True)}))
    def get(self, request: Request) -> Response:
        return Response({"results": AwayNodeSerializer(nodes_away(), many=True).data})  # type: ignore[arg-type]


class NodeTryView(APIView):
    """Try a node that does not answer at once, whatever its rest: the next transfer that waits for it is the probe. 409 when it answers.

    A single transfer that waits for its next attempt goes on at once by `POST /api/transfers/{id}/retry/`.
    """

    permission_classes = (MayAct,)
    act: ClassVar[Act] = Act.TRANSFER_MANAGE

    @extend_schema(request=None, responses={202: inline_serializer("TriedNode", {"node": serializers.CharField()})})
    def post(self, request: Request, pk: int) -> Response:
        node = node_for(request.user, pk)
        node_try_now(user=caller(request), node=node, door="api")
        return Response({"node": node.ae_title}, status=202)
