"""Beside a correction: the systems that hold the earlier images, and telling one of them. Page and REST."""

from typing import ClassVar, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.generic import View
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from imaging.access.mixins import ActRequiredMixin
from imaging.access.models import User
from imaging.access.permissions import MayAct
from imaging.access.rest import caller
from imaging.access.roles import Act
from imaging.archive.corrections.selectors import correction_for
from imaging.archive.looks import audit_study_look
from imaging.common.errors import NotFound
from imaging.dimse.models import RemoteNode
from imaging.routing.copies import Copy, copies_of, correction_send
from imaging.routing.models import TransferJob


def node_named(ae_title: str) -> RemoteNode:
    """Raises NotFound."""
    node = RemoteNode.objects.filter(ae_title=ae_title).first()
    if node is None:
        raise NotFound(_("There is no such node."))
    return node


class CorrectionCopiesView(ActRequiredMixin, View):
    act = Act.ARCHIVE_CORRECT

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        correction = correction_for(request.user, pk)
        audit_study_look(user=cast(User, request.user), study=correction.source, door="page")
        return render(request, "imaging/routing/_copies.html", {"correction": correction, "copies": copies_of(correction)})

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        user = cast(User, request.user)
        node = node_named(request.POST.get("node", ""))
        return redirect("transfer", pk=correction_send(user=user, correction=correction_for(user, pk), node=node).pk)


class CopySerializer(serializers.Serializer[Copy]):
    ae_title = serializers.CharField()
    can_be_told = serializers.BooleanField()
    told_by = serializers.IntegerField(source="told.pk", default=None)


class TellSerializer(serializers.Serializer[TransferJob]):
    node = serializers.CharField(max_length=16)


class CorrectionCopiesApi(APIView):
    """The systems that hold the earlier images (GET); tell one of them (POST): a transfer begins."""

    permission_classes = (MayAct,)
    act: ClassVar[Act] = Act.ARCHIVE_CORRECT

    @extend_schema(responses=inline_serializer("Copies", {"results": CopySerializer(many=True)}))
    def get(self, request: Request, pk: int) -> Response:
        correction = correction_for(request.user, pk)
        audit_study_look(user=caller(request), study=correction.source, door="api")
        copies = CopySerializer(copies_of(correction), many=True)  # type: ignore[arg-type]
        return Response({"results": copies.data})

    @extend_schema(request=TellSerializer, responses={201: dict})
    def post(self, request: Request, pk: int) -> Response:
        form = TellSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        correction, node = correction_for(request.user, pk), node_named(form.validated_data["node"])
        job = correction_send(user=caller(request), correction=correction, node=node, door="api")
        return Response({"transfer": job.pk}, status=201)
