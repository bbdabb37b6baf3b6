"""POST /api/tokens/, and who I am."""

from typing import cast

from django.contrib.auth import authenticate
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import exceptions, serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from imaging.access.audit import audit_record
from imaging.access.authentication import BearerAuthentication
from imaging.access.models import User
from imaging.access.permissions import IsSignedIn
from imaging.access.policy import acts_of, home_of
from imaging.access.services import token_create, token_revoke


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
    """Give a username and password, get a bearer token; DELETE with a token gives it back."""

    permission_classes = (AllowAny,)

    def get_authenticators(self) -> list[BaseAuthentication]:
        """Nobody is known yet who asks for a token; who gives one back is known by it."""
        return [BearerAuthentication()] if self.request is not None and self.request.method == "DELETE" else []

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

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        if not isinstance(request.user, User):
            raise exceptions.NotAuthenticated
        token_revoke(token=str(request.auth))
        audit_record(act="token.revoke", door="api", user=request.user, address=request.META.get("REMOTE_ADDR", ""))
        return Response(status=204)


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
