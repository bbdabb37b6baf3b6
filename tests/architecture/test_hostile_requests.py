"""What a hostile browser or program sends to every door: values that nothing here can be, no token against forgery, text that wants to be
a page of its own. Every door says what is wrong, and none breaks. The walks with every value and text are on PostgreSQL alone,
which refuses more than SQLite does.

Not covered: load, TLS, and what the web server itself refuses before we see it (smuggled requests, header lines without end).
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from pytest_django import Settings

from imaging.access.roles import Role
from imaging.patients.services import patient_register
from tests import department, people
from tests.architecture.test_doors import routes
from tests.architecture.test_sight import NOT_WALKED, signed_in, table
from tests.department import Case

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]

NAUGHTY = ("²", "9999-12-31", "\x00'\"><script>alert(1)</script>")
DEEP = "[" * 50_000 + "]" * 50_000


@pytest.fixture(autouse=True)
def _no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imaging.routing.services.ring", lambda *_: None)


@pytest.fixture
def case() -> Case:
    """A patient whose name is a page of its own, in every script."""
    name = '<script>alert(1)</script>^"><img src=x onerror=alert(2)>'
    patient = patient_register(name=name, name_ideographic="<script>alert(3)</script>", birth_date="1970-01-01", sex="F")
    return department.case_of(patient, technologist=people.technologist(), radiologist=people.radiologist())


def opening() -> Iterator[tuple[str, Role]]:
    """Every address of sight.txt, with the first role that it opens to."""
    for route, letters in table("sight.txt").items():
        for role, what in zip(Role, letters.split()[0], strict=True):
            if what in "Way":
                yield route, role
                break


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names of the query parameters that the doors look for, as they do."""
    names: set[str] = set()
    get, item, many = QueryDict.get, QueryDict.__getitem__, QueryDict.getlist

    def note(find: Any) -> Any:
        def noted(self: QueryDict, key: str, *more: Any) -> Any:
            names.add(key)
            return find(self, key, *more)

        return noted

    for name, find in (("get", get), ("__getitem__", item), ("getlist", many)):
        monkeypatch.setattr(QueryDict, name, note(find))
    return names


@pytest.mark.one_database
def test_no_value_in_an_address_breaks_a_door(case: Case, asked: set[str]) -> None:
    clients = {role: signed_in(role) for role in Role}
    broken = []
    for route, role in opening():
        address = case.fill(route).partition("?")[0]
        asked.clear()
        clients[role].get(address)
        for name in sorted(asked - {"csrfmiddlewaretoken"}):
            for value in NAUGHTY:
                answer = clients[role].get(address, {name: value})
                broken += [(address, name, value[:20])] if answer.status_code >= 500 else []
    assert broken == []


@pytest.mark.one_database
def test_text_of_others_never_becomes_markup(case: Case) -> None:
    """The name, in the list, the page, the banner, the search and JSON inside pages."""
    for route, role in opening():
        answer = signed_in(role).get(case.fill(route))
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            page = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert b"<script>alert" not in page, route
            assert b"<img src=x" not in page, route


def test_a_form_without_its_token_is_refused_everywhere() -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(people.radiologist())
    taken = []
    for method in ("post", "put", "patch", "delete"):
        for route in routes(method):
            if "<" not in route and route not in NOT_WALKED | {"/api/tokens/", "/search/", "/"}:
                answer = getattr(client, method)(route, content_type="application/json")
                taken += [(method, route)] if answer.status_code not in {403, 405} else []
    assert taken == []


@pytest.mark.parametrize(
    ("body", "status"), [(DEEP, 400), (f'{{"username": {DEEP}}}', 400), ('"' + "a" * 6_000_000 + '"', 413), ("{", 400), ("\xff", 400)]
)
def test_a_body_that_no_program_should_read_is_refused(body: str, status: int) -> None:
    answer = Client(raise_request_exception=False).post("/api/tokens/", body.encode("latin-1"), content_type="application/json")
    assert answer.status_code == status
    assert "Traceback" not in answer.content.decode()


def test_a_measurement_of_endless_depth_is_refused(case: Case) -> None:
    address = case.fill("/api/studies/<str:study>/annotations/<str:uid>/")
    mark = json.dumps({"instance": case.fill("<str:instance>"), "tool": "Length", "points": [[1, 1]], "values": {}, "view": {}})
    body = mark[:-1] + ', "data": ' + DEEP + "}"
    assert signed_in(Role.RADIOLOGIST).put(address, body, content_type="application/json").status_code == 400


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_outside(client: Client, target: str) -> None:
    people.cashier()
    answer = client.post(f"/login/?next={target}", {"username": "cashier", "password": people.PASSWORD, "next": target})
    assert answer.headers["Location"] == "/"


def test_signing_in_begins_a_new_session(client: Client) -> None:
    people.cashier()
    client.session.save()
    client.get("/login/")
    before = client.session.session_key
    client.post("/login/", {"username": "cashier", "password": people.PASSWORD})
    assert client.session.session_key != before


def test_a_changed_password_or_a_closed_account_ends_every_session() -> None:
    user, sessions = people.cashier(), [Client(), Client()]
    for session in sessions:
        assert session.post("/login/", {"username": "cashier", "password": people.PASSWORD}).status_code == 302
    user.set_password("another-long-password")
    user.save()
    assert sessions[0].get("/billing/").status_code == 302
    other = people.manager()
    client = Client()
    client.post("/login/", {"username": "manager", "password": people.PASSWORD})
    other.is_active = False
    other.save()
    assert client.get("/dashboard/").status_code == 302


def test_another_host_name_is_refused(client: Client) -> None:
    assert client.get("/login/", headers={"host": "elsewhere.example"}).status_code == 400


HEADERS = {
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.mark.parametrize(
    "address",
    [
        "/login/",
        "/reading/",
        "/nowhere",
        "/billing/",
        "/api/me/",
        "/api/patients/999/",
        "/dicomweb/studies",
        "/dicomweb/studies/1.2.3/metadata",
    ],
)
def test_every_answer_tells_the_browser_what_it_may_do_and_not_to_keep_it(address: str) -> None:
    answer = signed_in(Role.RADIOLOGIST).get(address)
    for name, value in HEADERS.items():
        assert value in answer.headers[name], name
    assert "no-store" in answer.headers["Cache-Control"]


def test_so_do_static_files(client: Client, settings: Settings) -> None:
    script = next((settings.STATICFILES_DIRS[0] / "css").glob("*.css")).name
    answer = client.get(f"/static/css/{script}")
    assert answer.status_code == 200
    for name, value in HEADERS.items():
        assert value in answer.headers[name], name
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_images_may_be_kept_by_their_reader_only_and_are_asked_for_each_time(case: Case) -> None:
    address = case.fill("/dicomweb/studies/<str:study>/metadata")
    client = signed_in(Role.RADIOLOGIST)
    answer = client.get(address)
    assert answer.headers["Cache-Control"] == "private, no-cache"
    known = {"headers": {"if-none-match": answer.headers["ETag"]}}
    assert client.get(address, **known).status_code == 304
    assert signed_in(Role.CASHIER).get(address, **known).status_code == 403
    assert Client().get(address, **known).status_code == 401


def test_too_many_wrong_passwords_wait_and_tell_nothing_of_the_account(settings: Settings) -> None:
    settings.AXES_FAILURE_LIMIT = 3
    people.cashier()
    answers = {}
    for name in ("cashier", "nobody-of-this-name"):
        client = Client()
        answers[name] = [client.post("/login/", {"username": name, "password": "wrong"}) for _ in range(4)]
    known, unknown = answers.values()
    assert [answer.status_code for answer in known] == [answer.status_code for answer in unknown] == [200, 200, 429, 429]
    assert Client().post("/login/", {"username": "cashier", "password": people.PASSWORD}).status_code == 429
    elsewhere = Client(REMOTE_ADDR="192.0.2.9")
    assert elsewhere.post("/login/", {"username": "cashier", "password": people.PASSWORD}).status_code == 302
