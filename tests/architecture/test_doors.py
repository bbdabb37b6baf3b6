"""Every address, walked as nobody and as each role: nothing opens that its act does not open.

Not covered: addresses with arguments are walked with values that name nothing; the tests of each slice walk them with real rows.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import Settings

from imaging.access.navigation import ENTRIES
from imaging.access.policy import may
from imaging.access.roles import Role
from tests import people

pytestmark = pytest.mark.django_db

# Open to anybody: signing in, health, and what the sign-in page needs.
OPEN = {"/login/", "/logout/", "/healthz", "/readyz", "/preferences/", "/api/tokens/"}
SAMPLES = {
    "int": "999999999",
    "str": "NOTHING",
    "slug": "nothing",
    "uuid": "00000000-0000-0000-0000-000000000000",
    "uid": "1.2.3.4",
    "path": "nothing",
}
ARGUMENT = re.compile(r"<(?:(\w+):)?\w+>")


def _routes(patterns: list[URLPattern | URLResolver], prefix: str = "/") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern).removeprefix("^").removesuffix("$")
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route)
        else:
            yield route, getattr(pattern.callback, "view_class", getattr(pattern.callback, "cls", None))


def routes(method: str = "") -> list[str]:
    """Every address of the site, its arguments as the URL configuration writes them; with `method`, those that answer to it."""
    return sorted({route for route, view in _routes(get_resolver().url_patterns) if not method or _answers(view, method)})


def _answers(view: Any, method: str) -> bool:
    return method in {"get", "post"} if view is None else method in view.http_method_names and hasattr(view, method)


def all_addresses() -> list[str]:
    named = (route for route in routes() if "(?P" not in route and route != "/live/")
    return sorted({ARGUMENT.sub(lambda found: SAMPLES.get(found[1] or "str", "1.2.3.4"), route) for route in named})


def test_nobody_signed_in_gets_past_the_door() -> None:
    client = Client()
    opened = [
        address
        for address in all_addresses()
        if address not in OPEN and client.get(address).status_code not in {301, 302, 401, 403, 404, 405}
    ]
    assert opened == []


@pytest.mark.parametrize("role", list(Role))
def test_no_address_breaks_for_any_role(role: Role) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(people.staff(role))
    broken = [address for address in all_addresses() if client.get(address).status_code >= 500 and address != "/readyz"]
    assert broken == []


@pytest.mark.parametrize("role", list(Role))
def test_the_rail_shows_what_the_policy_opens_and_nothing_else(role: Role, settings: Settings) -> None:
    user = people.staff(role)
    client = Client()
    client.force_login(user)
    for entry in ENTRIES:
        status = client.get(reverse(entry.url_name)).status_code
        assert (status == 200) == may(user, entry.act), (role, entry.key, status)
