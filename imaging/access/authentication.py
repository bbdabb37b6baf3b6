"""Who is calling: a bearer token for REST and DICOMweb, HTTP Basic for DICOMweb."""

from django.utils.translation import gettext_lazy as _
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from imaging.access.models import User
from imaging.access.services import token_user


class BearerAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer TOKEN`, as POST /api/tokens/ gave it (RFC 6750)."""

    def authenticate(self, request: Request) -> tuple[User, str] | None:
        words = authentication.get_authorization_header(request).decode("latin-1").split()
        if len(words) != 2 or words[0].lower() != "bearer":
            return None
        user = token_user(token=words[1])
        if user is None:
            raise exceptions.AuthenticationFailed(_("This token is unknown or has expired. Ask for a new one at /api/tokens/."))
        return user, words[1]

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="lightbox"'
