"""The list of exams and the time-line. Not covered: panels of higher slices (their own tests)."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from imaging.access.models import AuditEvent
from imaging.orders.awaited import awaited
from imaging.orders.models import Exam
from imaging.orders.pages import lane
from imaging.orders.services import exam_cancel, exam_event_add, exam_state_set, order_change, order_enter
from imaging.orders.states import ExamState
from imaging.orders.timeline import sentence
from tests import people
from tests.imaging.orders.test_services import head

pytestmark = pytest.mark.django_db


def signed_in(user: people.User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def an_exam(patient: people.Patient | None = None, **fields: object) -> Exam:
    return order_enter(patient=patient or people.lin_mei_hua(), items=[head()], **fields).exams.get()


def test_the_list_narrows_by_tab_text_modality_and_date() -> None:
    exam = an_exam()
    client = signed_in(people.radiologist())
    for query in ("", "?tab=waiting", "?q=lmh", f"?q={exam.accession_number}", "?modality=CT", "?date_from=2020-01-01&date_to=2099-01-01"):
        assert exam.accession_number in client.get(f"/exams/{query}").content.decode(), query
    for query in ("?tab=finished", "?q=smith", "?modality=MR", "?date_from=2099-01-01", "?before=1"):
        assert exam.accession_number not in client.get(f"/exams/{query}").content.decode(), query
    assert client.get("/exams/?date_from=soon&before=x&tab=y").status_code == 200


def test_the_time_line_tells_what_happened_and_what_is_awaited() -> None:
    exam = an_exam()
    page = signed_in(people.radiologist()).get(f"/exams/{exam.accession_number}/").content.decode()
    assert "Ordered: CT head plain" in page
    assert "Waits to be booked" in page
    assert AuditEvent.objects.filter(act="exam.view", accession_number=exam.accession_number).exists()
    devices = signed_in(people.radiologist()).get(f"/exams/{exam.accession_number}/?show=device").content.decode()
    assert "Ordered: CT head plain" not in devices


def test_the_referrer_is_shown_as_people_write_names() -> None:
    exam = an_exam(referrer_name="SHAW^Helen")
    page = signed_in(people.radiologist()).get(f"/exams/{exam.accession_number}/").content.decode()
    assert "SHAW, Helen" in page
    assert "SHAW^Helen" not in page


def test_what_changed_is_said_in_words() -> None:
    exam = an_exam()
    order_change(order=exam.order, priority="urgent", requested_at=timezone.now(), referring_department="ED")
    told = sentence(exam.events.get(kind="order_changed"))
    assert told == "Order changed: priority, referring department, time wanted"


def test_a_problem_is_said_until_things_go_on() -> None:
    exam = an_exam()
    exam_event_add(exam=exam, kind="image_count_differs", announced=640, held=412)
    assert awaited(exam).title == "Image count differs: scanner says 640, archive holds 412"
    exam_event_add(exam=exam, kind="images_stored", images=640, series=3)
    assert awaited(exam).kind == ""


def test_the_lane_ends_where_the_exam_ended() -> None:
    exam = an_exam()
    assert [stop.css for stop in lane(exam)][:2] == ["here", "to_come"]
    exam_state_set(exam=exam, state=ExamState.SCHEDULED)
    exam_cancel(exam=exam, reason="no longer needed")
    exam.refresh_from_db()
    assert [stop.ring for stop in lane(exam)] == ["ordered", "scheduled", "cancelled"]
    assert awaited(exam).title == "Cancelled: no longer needed"


def test_the_lane_tells_what_took_seconds_in_seconds() -> None:
    exam = an_exam()
    Exam.objects.filter(pk=exam.pk).update(scheduled_at=exam.ordered_at + dt.timedelta(seconds=12), state=ExamState.SCHEDULED)
    exam.refresh_from_db()
    assert lane(exam)[1].took == "12 s"


def test_the_front_desk_cancels_with_a_reason_and_others_may_not() -> None:
    exam = an_exam()
    address = f"/exams/{exam.accession_number}/cancel/"
    assert signed_in(people.technologist()).post(address, {"reason": "x"}).status_code == 403
    assert signed_in(people.front_desk()).post(address, {"reason": ""}).status_code == 400
    assert signed_in(people.front_desk()).post(address, {"reason": "twice ordered"}).status_code == 302
    exam.refresh_from_db()
    assert exam.state == ExamState.CANCELLED


def test_who_may_see_which_exam() -> None:
    doctor = people.staff("clinician", staff_code="D1")
    own = an_exam(referrer_code="D1")
    other = an_exam(people.john_smith())
    secret = an_exam(people.the_mayor())
    page = signed_in(doctor).get("/exams/").content.decode()
    assert own.accession_number in page
    assert other.accession_number not in page
    assert signed_in(doctor).get(f"/exams/{other.accession_number}/").status_code == 404
    assert signed_in(people.resident()).get(f"/exams/{secret.accession_number}/").status_code == 404
    for user in (people.front_desk(), people.technologist(), people.radiologist(), people.pacs_admin()):
        for address in ("/exams/", f"/exams/{secret.accession_number}/"):
            html = signed_in(user).get(address).content.decode()
            assert secret.accession_number in html
            assert "QIAN" not in html and "钱正明" not in html and "00900001" not in html, (user, address)
    for user in (people.cashier(), people.manager(), people.auditor()):
        assert signed_in(user).get("/exams/").status_code == 403
    assert Client().get(f"/exams/{own.accession_number}/").status_code == 302


def test_the_list_costs_the_same_however_long(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    lin = people.lin_mei_hua()
    for _ in range(8):
        an_exam(lin)
    client = signed_in(people.radiologist())
    client.get("/exams/?part=rows", headers={"HX-Request": "true"})
    with django_assert_max_num_queries(12):
        client.get("/exams/?part=rows", headers={"HX-Request": "true"})
