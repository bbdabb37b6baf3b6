"""REST for messages."""

from typing import ClassVar, cast

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from his_integration.messages.forms import MessageFilterForm
from his_integration.messages.models import Message
from his_integration.messages.selectors import messages_found, messages_visible_to
from his_integration.messages.serializers import MessageDetailSerializer, MessageSerializer
from his_integration.messages.services import message_again, message_look
from imaging.access.audit import audit_list
from imaging.access.models import User
from imaging.access.permissions import MayAct
from imaging.access.roles import Act

FILTERS = [
    OpenApiParameter("direction", str, enum=["in", "out"]),
    OpenApiParameter("state", str),
    OpenApiParameter("message_type", str, description="As in ORM^O01."),
    OpenApiParameter("text", str, description="A control id, an accession number or a patient number."),
]


@extend_schema(parameters=FILTERS)
class MessagesView(ListAPIView[Message]):
    """HL7 messages, newest first."""

    permission_classes = (MayAct,)
    act = Act.MESSAGE_VIEW
    serializer_class = MessageSerializer

    def get_queryset(self) -> QuerySet[Message]:
        values = MessageFilterForm(self.request.query_params).values()
        audit_list(user=cast(User, self.request.user), act="message.list", door="api", **values)
        return messages_found(self.request.user, **values)


class MessageView(RetrieveAPIView[Message]):
    """One message with its text and its answer."""

    permission_classes = (MayAct,)
    act = Act.MESSAGE_VIEW
    serializer_class = MessageDetailSerializer

    def get_queryset(self) -> QuerySet[Message]:
        return messages_visible_to(self.request.user)

    def get_object(self) -> Message:
        return message_look(user=cast(User, self.request.user), pk=self.kwargs["pk"], door="api").row


class MessageAgainView(APIView):
    """Apply a refused message, or send one of ours, again."""

    permission_classes = (MayAct,)
    acts: ClassVar[dict[str, Act]] = {"post": Act.MESSAGE_REPLAY}

    @extend_schema(request=None, responses={202: MessageSerializer})
    def post(self, request: Request, pk: int) -> Response:
        row = message_again(user=cast(User, request.user), pk=pk, door="api")
        fresh = get_object_or_404(messages_visible_to(request.user), pk=row.pk)
        return Response(MessageSerializer(fresh, context={"request": request}).data, status=202)
