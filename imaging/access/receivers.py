"""Who was turned away at the door of any kind is recorded."""

from typing import Any

from django.contrib.auth.signals import user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from imaging.access.audit import audit_look
from imaging.access.models import Outcome

DOORS = {"api", "dicomweb"}


@receiver(user_login_failed)
def refusal_record(sender: object, credentials: dict[str, Any], request: HttpRequest | None = None, **_kwargs: object) -> None:
    """Once in a while for one name from one address: somebody who guesses must not fill the trail."""
    door, address = (request.path.split("/")[1], request.META.get("REMOTE_ADDR", "")) if request is not None else ("", "")
    audit_look(
        act="sign-in", door=door if door in DOORS else "page", key="", actor=str(credentials.get("username", ""))[:128],
        outcome=Outcome.DENIED.value, address=address,
    )  # fmt: skip
