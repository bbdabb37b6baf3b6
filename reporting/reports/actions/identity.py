"""Signing asks for the password again: it is this person, now, and not an open screen."""

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _

from imaging.access.audit import audit_record
from imaging.access.models import Outcome, User
from reporting.reports.errors import WrongPassword

PAUSE_SECONDS = 600


def identity_confirm(*, user: User, password: str, door: str, accession: str) -> None:
    """Raises WrongPassword unless `password` is the one of `user`; after too many wrong ones, whatever is typed for ten minutes."""
    key = f"sign-failures:{user.pk}"
    if cache.get(key, 0) >= settings.REPORT_SIGN_FAILURES:
        raise WrongPassword(_("Too many wrong passwords. Signing opens again in ten minutes; your text is kept."), field="password")
    if user.is_active and user.check_password(password):
        cache.delete(key)
        return
    cache.add(key, 0, PAUSE_SECONDS)
    cache.incr(key)
    audit_record(act="report.sign", door=door, user=user, outcome=Outcome.DENIED, accession_number=accession, reason="wrong password")
    raise WrongPassword(_("This is not your password. Nothing was signed."), field="password")
