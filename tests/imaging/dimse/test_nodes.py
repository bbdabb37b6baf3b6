"""Nodes on pages and over REST, and whether a real one answers.

Not covered: a node behind TLS, and how the pages look (tests/e2e/test_every_page.py).
"""

import pytest
from django.test import Client

from imaging.access.models import AuditEvent
from imaging.dimse.models import RemoteNode
from imaging.dimse.server import DicomServer
from tests import people
from tests.interop.dicom_server import dicom  # noqa: F401  a fixture
from tests.rest import call, fault
from tests.services import free_port

pytestmark = pytest.mark.django_db
FIELDS = {"ae_title": "MR9", "host": "192.0.2.9", "port": 104, "may_store": "on", "is_active": "on"}


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(people.pacs_admin())
    return client


def test_set_up_and_change_a_node(admin: Client) -> None:
    assert admin.post("/nodes/new/", FIELDS).status_code == 302
    node = RemoteNode.objects.get()
    assert (node.ae_title, node.may_store, node.may_find) == ("MR9", True, False)
    assert "MR9" in admin.get("/nodes/").content.decode()
    admin.post(f"/nodes/{node.pk}/", {**FIELDS, "description": "MR in the annex"})
    node.refresh_from_db()
    assert node.description == "MR in the annex"
    assert AuditEvent.objects.filter(act="node.save").count() == 2


def test_bad_input_is_said(admin: Client) -> None:
    assert admin.post("/nodes/new/", {**FIELDS, "ae_title": ""}).status_code == 422
    admin.post("/nodes/new/", FIELDS)
    assert admin.post("/nodes/new/", FIELDS).status_code == 422
    assert admin.get("/nodes/999999/").status_code == 404


def test_only_who_keeps_nodes() -> None:
    for person in (people.technologist(), people.radiologist(), people.auditor()):
        client = Client()
        client.force_login(person)
        assert client.get("/nodes/").status_code == 403
        assert call(person).post("/api/nodes/", {"ae_title": "X", "host": "1.2.3.4"}).status_code == 403


def test_a_sender_learns_destinations_alone() -> None:
    RemoteNode.objects.create(ae_title="CT9", host="192.0.2.1")
    RemoteNode.objects.create(ae_title="ELSEWHERE", host="192.0.2.1", is_destination=True)
    assert [row["ae_title"] for row in call(people.radiologist()).get("/api/nodes/").json()["results"]] == ["ELSEWHERE"]


def test_rest_sets_up_and_changes() -> None:
    client = call(people.pacs_admin())
    made = client.post("/api/nodes/", {"ae_title": "US9", "host": "192.0.2.8", "port": 104})
    assert made.status_code == 201
    assert client.patch(f"/api/nodes/{made.json()['id']}/", {"may_find": True}).json()["may_find"] is True


def test_a_nodes_limit_is_bounded_and_has_a_default(admin: Client) -> None:
    admin.post("/nodes/new/", FIELDS)
    assert RemoteNode.objects.get().max_associations == 8
    pk = RemoteNode.objects.get().pk
    assert admin.post(f"/nodes/{pk}/", {**FIELDS, "max_associations": 0}).status_code == 302  # as good as empty
    assert admin.post(f"/nodes/{pk}/", {**FIELDS, "max_associations": 65}).status_code == 422
    assert call(people.pacs_admin()).patch(f"/api/nodes/{pk}/", {"max_associations": 0}).status_code == 400
    assert RemoteNode.objects.get().max_associations == 8


def test_nobody_else_sees_or_ends_associations() -> None:
    for person in (people.technologist(), people.radiologist(), people.auditor()):
        client = Client()
        client.force_login(person)
        for where in ("/nodes/live/", "/nodes/live/rows/", "/nodes/live/1/1/end/"):
            assert client.get(where).status_code == 403
        assert client.post("/nodes/live/1/1/end/").status_code == 403


def test_no_process_is_said(admin: Client) -> None:
    assert "No DICOM process is running" in admin.get("/nodes/live/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_node_that_answers_and_one_that_does_not(dicom: DicomServer) -> None:  # noqa: F811
    here = RemoteNode.objects.create(ae_title="LIGHTBOX", host="127.0.0.1", port=dicom.port)
    away = RemoteNode.objects.create(ae_title="AWAY", host="127.0.0.1", port=free_port())
    client = call(people.pacs_admin())
    assert client.post(f"/api/nodes/{here.pk}/echo/").json()["seconds"] > 0
    assert fault(client.post(f"/api/nodes/{away.pk}/echo/")) == (503, "peer-unreachable")
    page = Client()
    page.force_login(people.pacs_admin())
    assert "AWAY" in page.post(f"/nodes/{away.pk}/echo/").content.decode()
    here.refresh_from_db()
    away.refresh_from_db()
    assert here.last_echo_ms is not None and here.last_echo_error == "" and here.last_seen_at is not None
    assert away.last_echo_ms is None and "does not answer" in away.last_echo_error and away.last_seen_at is None
    assert "does not answer" in page.get("/nodes/").content.decode()
    assert f"（127.0.0.1:{away.port}）无应答。" in page.get("/nodes/", HTTP_ACCEPT_LANGUAGE="zh-hans").content.decode()
