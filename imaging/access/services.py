"""Accounts: tokens and preferences."""

import datetime as dt
import secrets

from django.conf import settings
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from imaging.access.models import ApiToken, Density, Theme, User
from imaging.common.errors import InvalidInput
from imaging.common.typed import whole_number


def token_digest(user: User, secret: str) -> str:
    """Bound to the stored hash of the password: when that changes, in whatever way, the token is worth nothing."""
    return salted_hmac("imaging.access.token", f"{user.password}\0{secret}", algorithm="sha256").hexdigest()


def token_create(*, user: User) -> str:
    """A new bearer token for `user`; the token itself is never kept, so it is shown only now."""
    secret = secrets.token_urlsafe(32)
    expires_at = timezone.now() + dt.timedelta(hours=settings.API_TOKEN_HOURS)
    ApiToken.objects.create(user=user, digest=token_digest(user, secret), expires_at=expires_at)
    return f"{user.pk}.{secret}"


def token_user(*, token: str) -> User | None:
    """Whose token this is; None when it is unknown, expired, revoked, older than the owner's password, or the owner is switched off."""
    found = _token_row(token)
    return found.user if found else None


def token_revoke(*, token: str) -> None:
    """From now on the token opens nothing; one that opens nothing already stays so."""
    found = _token_row(token)
    if found is not None:
        found.revoked_at = timezone.now()
        found.save(update_fields=["revoked_at"])


def _token_row(token: str) -> ApiToken | None:
    key, _dot, secret = token.partition(".")
    user = User.objects.filter(pk=whole_number(key) or 0, is_active=True).first()
    if user is None:
        return None
    live = ApiToken.objects.filter(user=user, digest=token_digest(user, secret), expires_at__gt=timezone.now(), revoked_at=None)
    found = live.first()
    if found is not None:
        found.user = user
    return found


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
