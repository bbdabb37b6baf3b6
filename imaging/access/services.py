"""Accounts: tokens and preferences."""

import datetime as dt
import hashlib
import secrets

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from imaging.access.models import ApiToken, Density, Theme, User
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


def preferences_update(
    *, user: User, language: str | None = None, theme: str | None = None, density: str | None = None, letter_keys: bool | None = None
) -> User:
    """Keep how `user` wants pages to be; None leaves a choice as it is. Raises InvalidInput for an unknown one."""
    if language is not None and not translation.check_for_language(language):
        raise InvalidInput(_("Lightbox does not speak this language."), field="language")
    if theme is not None and theme not in Theme.values:
        raise InvalidInput(_("Choose the light or the dark theme."), field="theme")
    if density is not None and density not in Density.values:
        raise InvalidInput(_("Choose dense or roomy rows."), field="density")
    chosen = {"language": language, "theme": theme, "density": density, "letter_keys": letter_keys}
    changed = {name: value for name, value in chosen.items() if value is not None}
    for name, value in changed.items():
        setattr(user, name, value)
    user.save(update_fields=list(changed))
    return user
