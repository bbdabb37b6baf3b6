"""Who sees what, on every door: each role at each address, with a patient of the house and with a protected one (VIP), as one table.

A new address fails here until somebody has said who sees what there. Not covered: DICOM (test_retrieve.py and test_move_jobs.py in
tests/interop), what is drawn in a browser, and addresses that a page makes up from what it found.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from imaging.access.models import AuditEvent
from imaging.access.roles import HANDLERS, Role
from imaging.patients.services import access_list_add, access_list_remove, patient_protect
from tests import department, people
from tests.architecture.test_doors import routes
from tests.department import Case

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]

TABLES = Path(__file__).parent
# Nobody's data: signing in and out, health, and the stream of news, which needs a running server.
NOT_WALKED = {"/live/", "/logout/", "/login/", "/healthz", "/readyz", "/api/schema/", "/api/docs/", "/styleguide/"}
SEARCHES = [line.strip() for line in (TABLES / "searches.txt").read_text(encoding="utf-8").splitlines() if line.strip() and line[0] != "#"]
# Pages and operations with an argument that names no patient's thing.
NOBODY_S = {
    "/storage/rules/<int:pk>/", "/nodes/<int:pk>/", "/nodes/scanners/<int:pk>/", "/nodes/live/<int:process>/<int:number>/end/",
    "/api/storage/rules/<int:pk>/", "/api/transfers/rules/<int:pk>/", "/api/nodes/<int:pk>/", "/api/dashboard/<slug:page>/",
    "/deadlines/<int:pk>/", "/api/deadlines/<int:pk>/", "/hangings/<int:pk>/", "/hangings/<int:pk>/file/", "/api/hangings/<int:pk>/",
    "/api/hangings/<int:pk>/versions/", "/subspecialties/<int:pk>/", "/api/subspecialties/<int:pk>/",
}  # fmt: skip
# Ask a machine elsewhere whether it is there.
CALLS_OUT = {"/nodes/<int:pk>/echo/", "/api/nodes/<int:pk>/echo/"}
TAKERS = {Role.TECHNOLOGIST: "took-it", Role.RADIOLOGIST: "read-it"}
Ask = Callable[[Client, str], Any]


@pytest.fixture(autouse=True)
def _no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imaging.routing.services.ring", lambda *_: None)


@pytest.fixture
def cases() -> tuple[Case, Case]:
    """A patient whom everybody may know, and a protected one; both examined and read by people who are not asked here."""
    staff = {str(role): people.staff(role, name) for role, name in TAKERS.items()}
    return department.case_of(people.john_smith(), **staff), department.case_of(people.the_mayor(), **staff)


def signed_in(role: str, username: str = "") -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(people.staff(role, username))
    return client


def text_of(answer: Any) -> str:
    if answer.get("Content-Type", "").startswith(("application/pdf", "image/", "multipart/")):
        return ""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(body.decode("utf-8", "replace"))


def letter(case: Case, address: str, answer: Any) -> str:
    """What an answer tells; the tables explain the letters. L: a refusal that names the patient."""
    shown = text_of(answer)
    named = any(word in shown and word not in address for word in case.words)
    if answer.status_code in {200, 204, 206}:
        return "W" if named else "a" if case.exam.accession_number in shown and case.exam.accession_number not in address else "y"
    return "L" if named else {403: "-", 404: "0", 302: ">", 405: "."}.get(answer.status_code, "?" if answer.status_code < 500 else "!")


def table(name: str) -> dict[str, str]:
    lines = (TABLES / name).read_text(encoding="utf-8").splitlines()
    return {words[0]: " ".join(words[1:]) for line in lines if (words := line.split()) and not line.startswith("#")}


def compare(name: str, found: dict[str, str]) -> None:
    """Prints the lines as they would have to read where the table says otherwise."""
    expected = table(name)
    differing = [f"{route:<100} {letters}" for route, letters in found.items() if expected.get(route) != letters]
    assert not differing, "\n".join([f"{name} would have to read:", *differing])
    assert expected.keys() == found.keys()


def walk(cases: tuple[Case, Case], addresses: list[str], ask: Ask) -> dict[str, str]:
    """What every role is told at each address: of the patient of the house, and where the role opens that door, of the protected one."""
    clients = {role: signed_in(role) for role in Role}
    found = {}
    for route in addresses:
        columns: list[dict[Role, str]] = [{}, {}]
        for role, client in clients.items():
            for case, column in zip(cases, columns, strict=True):
                shut = columns[0].get(role, "") in {"-", "."}
                column[role] = columns[0][role] if shut else letter(case, case.fill(route), ask(client, case.fill(route)))
        found[route] = " ".join("".join(column.values()) for column in columns)
    return found


def opened(found: dict[str, str]) -> dict[str, str]:
    """Without the addresses that this method opens to nobody."""
    return {route: letters for route, letters in found.items() if set(letters) - {"-", ".", " "}}


def assert_protected(found: dict[str, str]) -> None:
    """What no table may say: who it is, to anybody; that there is somebody, to who does not handle exams."""
    for route, letters in found.items():
        told = dict(zip(Role, letters.split()[1], strict=True))
        assert "L" not in told.values(), route
        assert "!" not in letters, route
        if not route.startswith("/audit/"):  # the auditor reads of everybody who looked at whom
            assert "W" not in told.values(), route
            assert all(role in HANDLERS for role, what in told.items() if what == "a"), route


def test_who_sees_what(cases: tuple[Case, Case]) -> None:
    addresses = [*(route for route in routes("get") if route not in NOT_WALKED), *SEARCHES]
    found = opened(walk(cases, addresses, lambda client, address: client.get(address)))
    assert_protected(found)
    compare("sight.txt", found)


@pytest.mark.one_database
def test_who_does_what(cases: tuple[Case, Case]) -> None:
    """An empty form or body to every address: who is let in is told what is missing, or does what needs nothing more. Whom a question of
    the database lets in, `test_who_sees_what` walks on both."""
    found = {}
    for method in ("post", "put", "patch", "delete"):
        addresses = [route for route in routes(method) if route not in NOT_WALKED | CALLS_OUT]
        told = opened(walk(cases, addresses, partial(without_trace, method)))
        assert_protected(told)
        found |= {f"{method}:{route}": letters for route, letters in told.items()}
    compare("deeds.txt", found)


def without_trace(method: str, client: Client, address: str) -> Any:
    with transaction.atomic():
        answer = client.post(address) if method == "post" else getattr(client, method)(address, "{}", content_type="application/json")
        transaction.set_rollback(True)
    return answer


def test_every_look_leaves_a_row(cases: tuple[Case, Case]) -> None:
    house, _protected = cases
    unseen = []
    for route, letters in table("sight.txt").items():
        told = dict(zip(Role, letters.split()[0], strict=True))
        looks = [role for role, what in told.items() if what in {"W", "a"} or (what == "y" and "<" in route.partition("?")[0])]
        if route in NOBODY_S or not looks:
            continue
        client = signed_in(looks[0])
        cache.clear()
        before = AuditEvent.objects.count()
        client.get(house.fill(route))
        unseen += [route] if AuditEvent.objects.count() == before else []
    assert unseen == []


DOORS_OF_A_PATIENT = (
    "/exams/<accession:accession>/",
    "/viewer/<str:study>/",
    "/dicomweb/studies/<str:study>/metadata",
    "/reports/<accession:accession>/",
)


def seen_by(client: Client, case: Case) -> str:
    return "".join(letter(case, case.fill(route), client.get(case.fill(route))) for route in DOORS_OF_A_PATIENT)


def test_who_has_taken_the_exam_or_is_on_the_list_sees_it_and_nobody_after(cases: tuple[Case, Case]) -> None:
    _house, case = cases
    assert [seen_by(signed_in(role, name), case) for role, name in TAKERS.items()] == ["WWWW", "WWWW"]
    listed = people.staff(Role.RESIDENT)
    assert seen_by(signed_in(Role.RESIDENT), case) == "0000"
    access_list_add(patient=case.patient, person=listed)
    assert seen_by(signed_in(Role.RESIDENT), case) == "WWWW"
    access_list_remove(patient=case.patient, person=listed)
    cache.clear()  # as a few seconds later
    assert seen_by(signed_in(Role.RESIDENT), case) == "0000"
    access_list_add(patient=case.patient, person=people.manager())
    assert seen_by(signed_in(Role.MANAGER), case) == "----"


def test_a_patient_protected_while_a_page_is_open_is_gone_at_the_next_step(cases: tuple[Case, Case]) -> None:
    case, _protected = cases
    resident, technologist = signed_in(Role.RESIDENT), signed_in(Role.TECHNOLOGIST)
    assert seen_by(resident, case) == "WWWW"
    patient_protect(patient=case.patient, protected=True, actor="HIS")
    cache.clear()
    assert seen_by(resident, case) == "0000"
    assert seen_by(technologist, case) == "y000"
