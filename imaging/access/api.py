"""POST /api/tokens/, and who I am."""

from typing import cast

from django.contrib.auth import authenticate
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import exceptions, serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from imaging.access.audit import audit_record
from imaging.access.models import User
from imaging.access.permissions import IsSignedIn
from imaging.access.policy import acts_of, home_of
from imaging.access.services import token_create


class CredentialsSerializer(serializers.Serializer):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=128, trim_whitespace=False)


TokenSerializer = inline_serializer("Token", {"token": serializers.CharField()})
MeSerializer = inline_serializer(
    "Me",
    {
        "username": serializers.CharField(),
        "name": serializers.CharField(),
        "roles": serializers.ListField(child=serializers.CharField()),
        "acts": serializers.ListField(child=serializers.CharField()),
        "home": serializers.CharField(),
    },
)


class TokenView(APIView):
    """Give a username and password, get a bearer token."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def get_authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="lightbox"'

    @extend_schema(request=CredentialsSerializer, responses={201: TokenSerializer})
    def post(self, request: Request) -> Response:
        form = CredentialsSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        user = authenticate(request._request, **form.validated_data)  # axes counts failures by Django's request
        if user is None:
            raise exceptions.AuthenticationFailed(_("Username or password is wrong, or the account has to wait after too many tries."))
        audit_record(act="token", door="api", user=user, address=request.META.get("REMOTE_ADDR", ""))
        return Response({"token": token_create(user=user)}, status=201)


class MeView(APIView):
    """Who the caller is, and what they may do."""

    permission_classes = (IsSignedIn,)

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        user = cast(User, request.user)  # IsSignedIn lets nobody else in
        return Response(
            {
                "username": user.username,
                "name": user.label,
                "roles": sorted(user.roles),
                "acts": sorted(acts_of(user)),
                "home": home_of(user),
            }
        )
