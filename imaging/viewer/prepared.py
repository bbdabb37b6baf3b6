"""A reading page that the browser prepared before it was asked for: what it was made from, to be compared when it is shown."""

import hashlib
import json
from dataclasses import replace
from typing import Any

from django.template.loader import render_to_string

from imaging.access.policy import Person
from imaging.common.cards import PatientCard


def mark_of(boot: dict[str, Any], card: PatientCard, user: Person) -> str:
    """A digest of all that the page tells of patient, exam, series, reader and rights. The state of the exam, which taking it changes, is
    no part of it, nor are words."""
    banner = render_to_string("_banner.html", {"card": replace(card, state="")})
    told = json.dumps({name: value for name, value in boot.items() if name != "words"}, sort_keys=True, default=str)
    return hashlib.sha256(f"{user.pk}\0{banner}\0{told}".encode()).hexdigest()
