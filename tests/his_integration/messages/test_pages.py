"""/messages/ and its REST: who sees what, filters, paging, applying and sending again. Not covered: how it looks (tests/e2e)."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from his_integration.inbound.receive import receive
from his_integration.messages.models import Message, MessageState
from imaging.access import guardian_wrapper
from imaging.access.models import AuditEvent, User
from imaging.orders.models import Exam, Procedure
from imaging.patients.protection import SEE_PROTECTED
from tests import people
from tests.his_integration.texts import adt, orm, pid, pv1

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def refused_order(control: str = "BAD") -> Message:
    receive(orm(code="CT-NONE", control=control))
    return Message.objects.get(control_id=control)


def vip_message() -> Message:
    receive(adt("A01", pid("00900001", name="QIAN^Zhengming", born="19550120", sex="M"), pv1("VVIP", vip="VIP"), control="VIP1"))
    return Message.objects.get(control_id="VIP1")


@pytest.mark.parametrize(
    "who", [people.front_desk, people.technologist, people.radiologist, people.clinician, people.cashier, people.manager]
)
def test_other_roles_do_not_get_in(who: object) -> None:
    row = refused_order()
    client = signed_in(who())  # type: ignore[operator]
    for address in (reverse("messages"), reverse("message", args=[row.pk]), reverse("api-messages"), reverse("api-message", args=[row.pk])):
        assert client.get(address).status_code == 403
    assert client.post(reverse("message-again", args=[row.pk])).status_code == 403
    assert client.post(reverse("api-message-again", args=[row.pk])).status_code == 403


def test_nobody_signed_in_is_sent_to_sign_in() -> None:
    assert Client().get("/messages/").status_code == 302


def test_the_list_names_each_message_and_its_error() -> None:
    receive(adt(control="GOOD"))
    refused_order()
    page = signed_in(people.pacs_admin()).get("/messages/").content.decode()
    for word in ("GOOD", "BAD", "ORM^O01", "103 OBR^1^4^1", "not in the catalogue", "00482913"):
        assert word in page


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("state=rejected", "BAD", "GOOD"),
        ("message_type=ADT^A04", "GOOD", "BAD"),
        ("text=GOOD", "GOOD", "BAD"),
        ("text=00482913", "GOOD", "nothing-like-it"),
        ("direction=in&state=applied", "GOOD", "BAD"),
        ("state=nonsense&before=x", "GOOD", "nothing-like-it"),
    ],
)
def test_filters(query: str, shown: str, hidden: str) -> None:
    receive(adt(control="GOOD"))
    refused_order()
    rows = signed_in(people.pacs_admin()).get(f"/messages/rows/?{query}").content.decode()
    assert shown in rows
    assert hidden not in rows


def test_pages_go_by_key() -> None:
    for number in range(55):
        receive(b"junk %d" % number)
    client = signed_in(people.pacs_admin())
    first = client.get("/messages/").context
    assert len(first["rows"]) == 50
    second = client.get(f"/messages/{first['next_url']}").context
    assert len(second["rows"]) == 5
    assert {one.row.pk for one in first["rows"]}.isdisjoint({one.row.pk for one in second["rows"]})


def test_a_longer_list_costs_no_more_queries(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(20):
        receive(adt("A04", pid(f"P{number}"), pv1(f"V{number}", vip="VIP" if number % 2 else "")))
    client = signed_in(people.pacs_admin())
    with django_assert_max_num_queries(18):  # with the row in the audit trail
        client.get("/messages/")


def test_one_message_taken_apart_with_the_place_at_fault() -> None:
    page = signed_in(people.auditor()).get(f"/messages/{refused_order().pk}/").content.decode()
    for word in ("PID-5", "Patient name", "at fault", "OBR-4", "MSA|AE|BAD", "As received"):
        assert word in page
    assert "Apply again" not in page


def test_junk_is_shown_as_it_came() -> None:
    receive(b"hello <script>")
    page = signed_in(people.pacs_admin()).get(f"/messages/{Message.objects.get().pk}/").content.decode()
    assert "hello &lt;script&gt;" in page
    assert "This is not HL7" in page


def test_a_look_is_audited() -> None:
    row = refused_order()
    signed_in(people.pacs_admin()).get(f"/messages/{row.pk}/")
    assert AuditEvent.objects.get(act="message.view").patient_number == "00482913"


def test_a_protected_patients_message_is_masked_for_who_handles_exams() -> None:
    row = vip_message()
    client = signed_in(people.pacs_admin())
    for address in ("/messages/", f"/messages/{row.pk}/", "/api/messages/", f"/api/messages/{row.pk}/"):
        body = client.get(address).content.decode()
        assert "VIP1" in body
        assert "QIAN" not in body
        assert "00900001" not in body
    assert "VIP1" not in client.get("/messages/rows/?text=00900001").content.decode()
    assert client.post(f"/messages/{row.pk}/again/").status_code == 403


def test_for_who_does_not_it_does_not_exist() -> None:
    row = vip_message()
    client = signed_in(people.auditor())
    assert "VIP1" not in client.get("/messages/").content.decode()
    assert client.get(f"/messages/{row.pk}/").status_code == 404
    assert client.get(f"/api/messages/{row.pk}/").status_code == 404


def test_who_is_on_the_access_list_sees_it() -> None:
    row, auditor = vip_message(), people.auditor()
    assert row.patient is not None
    guardian_wrapper.grant(user=auditor, permission=SEE_PROTECTED, to=row.patient)
    assert "QIAN" in signed_in(auditor).get(f"/messages/{row.pk}/").content.decode()


def test_a_refused_message_that_says_vip_is_protected_too() -> None:
    receive(adt("A01", pid("NEW1", born="never"), pv1(vip="VIP"), control="VIP2"))
    row = Message.objects.get(control_id="VIP2")
    assert signed_in(people.auditor()).get(f"/messages/{row.pk}/").status_code == 404
    assert "NEW1" not in signed_in(people.pacs_admin()).get(f"/messages/{row.pk}/").content.decode()


def test_a_refused_order_is_applied_again_after_the_catalogue_was_mended(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    people.ct1()
    row = refused_order()
    Procedure.objects.filter(code="CT-HEAD").update(code="CT-NONE")
    with django_capture_on_commit_callbacks(execute=True):
        answer = signed_in(people.pacs_admin()).post(f"/messages/{row.pk}/again/")
    assert answer.status_code == 302
    row.refresh_from_db()
    assert (row.state, row.ack_code, row.error_code) == (MessageState.APPLIED, "AA", "")
    assert Exam.objects.count() == 1
    assert AuditEvent.objects.filter(act="message.replay").exists()


def test_what_was_applied_is_not_applied_again() -> None:
    receive(adt(control="GOOD"))
    row = Message.objects.get(control_id="GOOD")
    assert signed_in(people.pacs_admin()).post(f"/messages/{row.pk}/again/").status_code == 409
    assert signed_in(people.pacs_admin()).post(f"/api/messages/{row.pk}/again/").status_code == 409


def test_rest() -> None:
    row = refused_order()
    client = signed_in(people.pacs_admin())
    listed = client.get("/api/messages/?state=rejected").json()["results"]
    assert [one["control_id"] for one in listed] == ["BAD"]
    one = client.get(f"/api/messages/{row.pk}/").json()
    assert one["text"].startswith("MSH|")
    assert "MSA|AE|BAD" in one["answer"]
    assert client.post(f"/api/messages/{row.pk}/again/").status_code == 202
    assert client.get("/api/messages/999999/").status_code == 404
