"""What a scanner can show, as the PACS administrator sets it up."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from imaging.access.audit import audit_record
from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.common.errors import InvalidInput
from imaging.scheduling.models import Station

PROFILE_FIELDS = (
    "character_set", "sends_alphabetic", "sends_ideographic", "sends_phonetic", "is_latin_only", "is_upper_case", "name_length",
)  # fmt: skip


@transaction.atomic
def station_profile_save(*, user: User, station: Station, **fields: Any) -> Station:
    """Set what `station` is sent. Raises Forbidden, or InvalidInput naming the field at fault."""
    require(user, Act.NODE_MANAGE)
    for name in PROFILE_FIELDS:
        setattr(station, name, fields.get(name, getattr(station, name)))
    try:
        station.full_clean()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise InvalidInput(messages[0], field=field) from error
    station.save(update_fields=PROFILE_FIELDS)
    profile = {name: getattr(station, name) for name in PROFILE_FIELDS}
    audit_record(act="scanner.profile", door="page", user=user, ae_title=station.ae_title, **profile)
    return station
