"""Sets up a hospital from a folder of JSON files: departments, procedures, rooms, nodes, report templates and accounts.

Rows are known by their codes, so loading again brings changes in and doubles nothing. Rows that the files no longer name stay.
"""

import json
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction

from imaging.access.models import User
from imaging.access.roles import Role
from imaging.common.pinyin import search_words
from imaging.dimse.models import RemoteNode
from imaging.orders.models import Department, Procedure
from imaging.scheduling.models import OpeningHours, Room, RoomAssignment, Station
from reporting.billing.models import PayerRule
from reporting.templates_library.services import templates_load

Row = dict[str, Any]


def rows_of(folder: Path, name: str) -> list[Row]:
    """The rows of one file; none when the hospital does not bring it."""
    path = folder / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else []


def _departments(rows: list[Row]) -> None:
    for row in rows:
        Department.objects.update_or_create(code=row["code"], defaults=row)


def _procedures(rows: list[Row]) -> None:
    for row in rows:
        department = Department.objects.get(code=row["department"])
        words = search_words(row["code"], row["name"], row["name_zh"])
        Procedure.objects.update_or_create(code=row["code"], defaults=row | {"department": department, "search_words": words})


def _rooms(rows: list[Row]) -> None:
    for row in rows:
        department = Department.objects.get(code=row["department"])
        plain = {key: value for key, value in row.items() if key not in {"stations", "opening_hours"}}
        room, _ = Room.objects.update_or_create(code=row["code"], defaults=plain | {"department": department})
        for station in row["stations"]:
            Station.objects.update_or_create(ae_title=station["ae_title"], defaults=station | {"room": room})
        room.opening_hours.all().delete()
        OpeningHours.objects.bulk_create(OpeningHours(room=room, **hours) for hours in row["opening_hours"])


def _nodes(rows: list[Row]) -> None:
    for row in rows:
        RemoteNode.objects.update_or_create(ae_title=row["ae_title"], defaults=row)


def _payers(rows: list[Row]) -> None:
    for row in rows:
        PayerRule.objects.update_or_create(payer=row["payer"], defaults=row)


def _accounts(rows: list[Row], password: str | None) -> None:
    for row in rows:
        plain = {key: value for key, value in row.items() if key not in {"roles", "rooms"}}
        user, made = User.objects.update_or_create(username=row["username"], defaults=plain)
        if made:
            user.set_password(password)
            user.save(update_fields=["password"])
        user.groups.set(Group.objects.get(name=role) for role in row["roles"])
        _assign_rooms(user, row["rooms"])


def _assign_rooms(user: User, codes: list[str]) -> None:
    RoomAssignment.objects.filter(user=user).exclude(room__code__in=codes).delete()
    for code in codes:
        RoomAssignment.objects.get_or_create(user=user, room=Room.objects.get(code=code))


@transaction.atomic
def hospital_load(*, folder: Path, password: str | None = None) -> None:
    """Load the folder. New accounts get `password`, or none at all (they cannot sign in until one is set)."""
    for role in Role:
        Group.objects.get_or_create(name=role)
    _departments(rows_of(folder, "departments"))
    _procedures(rows_of(folder, "procedures"))
    _rooms(rows_of(folder, "rooms"))
    _nodes(rows_of(folder, "nodes"))
    _payers(rows_of(folder, "payers"))
    _accounts(rows_of(folder, "accounts"), password)
    if (templates := folder / "templates.json").exists():
        templates_load(path=templates)
