"""Accounts: tokens and preferences."""

import datetime as dt
import hashlib
import secrets

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from imaging.access.models import ApiToken, Theme, User
from imaging.common.errors import InvalidInput


def token_digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def token_create(*, user: User) -> str:
    """A new bearer token for `user`; the token itself is never kept, so it is shown only now."""
    token = secrets.token_urlsafe(32)
    expires_at = timezone.now() + dt.timedelta(hours=settings.API_TOKEN_HOURS)
    ApiToken.objects.create(user=user, digest=token_digest(token), expires_at=expires_at)
    return token


def token_user(*, token: str) -> User | None:
    """Whose token this is; None when it is unknown, expired, revoked, or its owner is switched off."""
    live = ApiToken.objects.filter(digest=token_digest(token), expires_at__gt=timezone.now(), revoked_at=None, user__is_active=True)
    found = live.select_related("user").first()
    return found.user if found else None


def preferences_update(*, user: User, language: str | None = None, theme: str | None = None) -> User:
    """Keep the language and theme that `user` chose; None leaves one as it is. Raises InvalidInput for an unknown choice."""
    if language is not None and not translation.check_for_language(language):
        raise InvalidInput(_("Lightbox does not speak this language."), field="language")
    if theme is not None and theme not in Theme.values:
        raise InvalidInput(_("Choose the light or the dark theme."), field="theme")
    user.language = user.language if language is None else language
    user.theme = user.theme if theme is None else theme
    user.save(update_fields=["language", "theme"])
    return user
