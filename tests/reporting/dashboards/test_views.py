"""The manager's pages and their REST twins. Not covered here: what the charts draw (tests/e2e/test_dashboard.py)."""

import csv
import io
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from imaging.access.roles import Role
from tests import people
from tests.reporting.dashboards.days import at, exam, us_abdomen

pytestmark = pytest.mark.django_db
PAGES = ("workload", "turnaround", "revenue", "rooms")
BOARD_QUERIES = 60


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(at("14:30"), tick=False):
        yield


def signed_in(role: str = Role.MANAGER) -> Client:
    client = Client()
    client.force_login(people.staff(role))
    return client


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_board_shows_today_and_names_no_patient() -> None:
    exam("10:00", report=30, charged="240.00", patient=people.lin_mei_hua())
    page = signed_in().get("/dashboard/").content.decode()
    assert "Exams today, until 14:30" in page
    assert "¥ 240.00" in page
    for name in ("LIN", "林美华", "00482913"):
        assert name not in page


@pytest.mark.parametrize("address", ["/dashboard/", "/dashboard/now/", "/dashboard/exams/", *(f"/dashboard/{page}/" for page in PAGES)])
def test_only_a_manager_gets_in(address: str) -> None:
    assert Client().get(address).status_code == 302
    for role in set(Role) - {Role.MANAGER}:
        assert signed_in(role).get(address).status_code == 403
    assert signed_in().get(address).status_code == 200


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("period", ["period=today", "period=week", "period=month", "period=year", "from=2026-10-01&to=2026-10-31"])
def test_each_page_answers_for_any_period(page: str, period: str) -> None:
    exam("10:00", report=30, charged="240.00")
    assert signed_in().get(f"/dashboard/{page}/?{period}&by=room").status_code == 200


def test_amounts_in_a_csv_are_exact_and_columns_name_their_unit() -> None:
    exam("10:00", charged="0.15", report=2)
    exam("11:00", charged="99.99")
    exam("12:00", charged="0.01")
    client = signed_in()
    rows = rows_of(client.get("/dashboard/revenue/?period=today&csv=revenue").content)
    assert rows[0] == ["Day", "Charged (CNY)", "Payers (CNY)", "Taken at the tills (CNY)", "Running sum (CNY)"]
    assert rows[1] == ["2026-11-23", "100.15", "0.00", "0.00", "100.15"]
    by_modality = rows_of(client.get("/dashboard/revenue/?period=today&csv=by").content)
    assert by_modality[1] == ["CT", "3", "100.15", "100.0", "0.00", "100.15", "33.38"]
    month = rows_of(client.get("/dashboard/?csv=revenue").content)
    assert month[-1] == ["2026-11-23", "100.15", "100.15"]
    steps = rows_of(client.get("/dashboard/turnaround/?period=today&csv=steps").content)
    assert steps[0] == ["Step", "Exams", "Median (min)", "90th percentile (min)"]
    assert ["Completed → final", "1", "2.0", "2.0"] in steps


def test_what_stands_for_weeks_and_months_says_so() -> None:
    exam("10:00")
    client = signed_in()
    heads = [
        rows_of(client.get(f"/dashboard/workload/?{query}&csv=exams").content)[:2]
        for query in ("period=year", "from=2025-01-01&to=2026-11-23")
    ]
    assert [(rows[0][0], rows[1][0]) for rows in heads] == [("Week from", "2025-12-29"), ("Month", "2025-01")]


@pytest.mark.parametrize(
    "query", ["period=ever", "from=2026-13-01", "by=shoe+size", "from=2026-11-20&to=2026-11-01", "to=2026-11-01", "from=0001-01-01"]
)
def test_bad_input_is_said(query: str) -> None:
    assert signed_in().get(f"/dashboard/workload/?{query}").status_code == 400
    client = APIClient()
    client.force_authenticate(people.manager())
    assert client.get(f"/api/dashboard/workload/?{query}").status_code == 400


def test_a_table_that_a_page_does_not_have_is_not_found() -> None:
    assert signed_in().get("/dashboard/workload/?csv=nothing").status_code == 404


def test_the_numbers_behind_a_chart_are_a_csv_for_spreadsheets() -> None:
    exam("10:00", report=30)
    exam("11:00", report=30, procedure=us_abdomen())
    answer = signed_in().get("/dashboard/workload/?period=today&csv=exams")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer["Content-Disposition"] == 'attachment; filename="workload-20261123-20261123-exams.csv"'
    assert rows_of(answer.content) == [["Day", "CT", "US", "All"], ["2026-11-23", "1", "1", "2"], ["All", "1", "1", "2"]]


@pytest.mark.parametrize("formula", ["=HYPERLINK(1)", "＝1+1", "-1+1", "@SUM(1)", "+1"])
def test_no_cell_of_a_csv_is_a_formula(formula: str) -> None:
    made = exam("10:00")
    made.order.referrer_name = formula
    made.order.save()
    rows = rows_of(signed_in().get("/dashboard/workload/?period=today&by=referrer&csv=by").content)
    assert rows[1][0] == f"'{formula}"


def test_the_exams_behind_a_figure_are_listed_by_accession_number_alone() -> None:
    made = exam("10:00", patient=people.lin_mei_hua())
    exam("11:00", procedure=us_abdomen())
    client = signed_in()
    page = client.get("/dashboard/exams/?what=done&by=modality&key=CT").content.decode()
    assert made.accession_number in page
    assert "LIN" not in page
    assert "Ultrasound" not in page
    rows = rows_of(client.get("/dashboard/exams/?what=done&csv=1").content)
    assert len(rows) == 3
    assert client.get("/dashboard/exams/?what=everything").status_code == 400


def test_a_protected_patients_exam_is_not_in_the_list() -> None:
    made = exam("10:00", patient=people.the_mayor())
    assert made.accession_number not in signed_in().get("/dashboard/exams/?what=done").content.decode()


def test_rest_gives_the_same_figures() -> None:
    exam("10:00", report=30, charged="240.00")
    client = APIClient()
    client.force_authenticate(people.manager())
    today = client.get("/api/dashboard/today/").json()
    assert today["panels"]["modalities"]["rows"][0][:4] == ["CT", 1, 0, "240.00"]
    steps = client.get("/api/dashboard/turnaround/?period=today").json()["panels"]["steps"]["rows"]
    assert ["Completed → final", 1, 30.0, 30.0] in steps
    assert client.get("/api/dashboard/exams/?what=signed").json()["rows"][0][2] == "CT"
    assert client.get("/api/dashboard/nothing/").status_code == 404


@pytest.mark.parametrize("address", ["/api/dashboard/today/", "/api/dashboard/workload/", "/api/dashboard/exams/"])
def test_rest_is_for_managers_only(address: str) -> None:
    assert APIClient().get(address).status_code == 401
    for role in set(Role) - {Role.MANAGER}:
        client = APIClient()
        client.force_authenticate(people.staff(role))
        assert client.get(address).status_code == 403


def test_the_board_asks_a_bounded_number_of_questions(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    for clock in ("09:00", "10:00", "11:00", "12:00"):
        exam(clock, report=30, charged="240.00")
    client = signed_in()
    client.get("/dashboard/")
    with django_assert_max_num_queries(BOARD_QUERIES):
        client.get("/dashboard/")
