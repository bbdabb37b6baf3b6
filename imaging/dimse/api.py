"""REST for nodes."""

from typing import ClassVar, cast

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from imaging.access.models import User
from imaging.access.permissions import MayAct
from imaging.access.roles import Act
from imaging.dimse.models import RemoteNode
from imaging.dimse.selectors import node_for, nodes_visible_to
from imaging.dimse.serializers import NodeSerializer
from imaging.dimse.services import node_save, node_test

EchoSerializer = inline_serializer("Echo", {"seconds": serializers.FloatField()})


class NodesView(ListAPIView[RemoteNode]):
    """Nodes by AE title: all of them for who sets them up, destinations for who sends studies."""

    permission_classes = (MayAct,)
    acts: ClassVar[dict[str, Act]] = {"get": Act.IMAGES_SEND, "post": Act.NODE_MANAGE}
    serializer_class = NodeSerializer

    def get_queryset(self) -> QuerySet[RemoteNode]:
        return nodes_visible_to(self.request.user)

    @extend_schema(request=NodeSerializer, responses={201: NodeSerializer})
    def post(self, request: Request) -> Response:
        """Set up a node."""
        form = NodeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        node = node_save(user=cast(User, request.user), **form.validated_data)
        return Response(NodeSerializer(node).data, status=201)


class NodeView(APIView):
    """One node."""

    permission_classes = (MayAct,)
    act = Act.NODE_MANAGE

    @extend_schema(responses=NodeSerializer)
    def get(self, request: Request, pk: int) -> Response:
        return Response(NodeSerializer(node_for(request.user, pk)).data)

    @extend_schema(request=NodeSerializer, responses=NodeSerializer)
    def patch(self, request: Request, pk: int) -> Response:
        node = node_for(request.user, pk)
        form = NodeSerializer(node, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        return Response(NodeSerializer(node_save(user=cast(User, request.user), node=node, **form.validated_data)).data)


class NodeEchoView(APIView):
    """C-ECHO to a node."""

    permission_classes = (MayAct,)
    act = Act.NODE_MANAGE

    @extend_schema(request=None, responses=EchoSerializer)
    def post(self, request: Request, pk: int) -> Response:
        seconds = node_test(user=cast(User, request.user), node=node_for(request.user, pk))
        return Response({"seconds": round(seconds, 4)})
