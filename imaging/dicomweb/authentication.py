"""HTTP Basic for DICOMweb clients that know nothing else. A good password is remembered for a minute: it is not hashed per frame."""

import base64
import binascii
import hashlib
import time

from django.conf import settings
from django.contrib.auth import authenticate
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from imaging.access.authentication import BearerAuthentication
from imaging.access.models import User
from imaging.common.memory import is_known, remember

REMEMBER_SECONDS = 60
MOST_OWNERS = 1000


class BasicAuthentication(authentication.BaseAuthentication):
    """`Authorization: Basic` (RFC 7617), in UTF-8."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        words = authentication.get_authorization_header(request).split()
        if len(words) != 2 or words[0].lower() != b"basic":
            return None
        username, password = _credentials(words[1])
        user = _remembered(username, password) or _checked(request, username, password)
        if user is None:
            raise exceptions.AuthenticationFailed(_("The user name or the password is wrong."))
        return user, None

    def authenticate_header(self, request: Request) -> str:
        return 'Basic realm="lightbox", charset="UTF-8"'


class RememberingBearer(BearerAuthentication):
    """A bearer token whose owner is kept for a moment in this process: a viewer sends it with every frame."""

    def authenticate(self, request: Request) -> tuple[User, str] | None:
        header = authentication.get_authorization_header(request)
        key = hashlib.sha256(header + settings.SECRET_KEY.encode()).hexdigest()
        user = owners.get(key)
        if user is None:
            found = super().authenticate(request)
            if found is None:
                return None
            user = found[0]
            owners.put(key, user)
        return user, ""


class Owners:
    """Who was let in a moment ago. Bounded; a token that is revoked still opens images for up to LIGHTBOX_DICOMWEB_OWNER_SECONDS."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, User]] = {}

    def get(self, key: str) -> User | None:
        until, user = self._known.get(key, (0.0, None))
        return user if time.monotonic() < until else None

    def put(self, key: str, user: User) -> None:
        if len(self._known) >= MOST_OWNERS:
            self._known.clear()
        user.known_since = time.time()  # type: ignore[attr-defined]
        self._known[key] = (time.monotonic() + settings.DICOMWEB_OWNER_SECONDS, user)


owners = Owners()


def _credentials(encoded: bytes) -> tuple[str, str]:
    try:
        username, colon, password = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise exceptions.AuthenticationFailed(_("The Authorization header cannot be read.")) from error
    if not colon:
        raise exceptions.AuthenticationFailed(_("The Authorization header cannot be read."))
    return username, password


def _key(user: User, password: str) -> str:
    """Bound to the stored hash: a changed password forgets at once. The password itself is not in the key."""
    return "basic:" + salted_hmac("lightbox.dicomweb.basic", f"{user.pk}\0{user.password}\0{password}", algorithm="sha256").hexdigest()


def _remembered(username: str, password: str) -> User | None:
    user = User.objects.filter(username=username, is_active=True).first()
    return user if user is not None and is_known(_key(user, password)) else None


def _checked(request: Request, username: str, password: str) -> User | None:
    user = authenticate(request._request, username=username, password=password)
    if not isinstance(user, User):
        return None
    remember(_key(user, password), REMEMBER_SECONDS)
    return user
