"""Figures against what was worked out by hand. Not covered: a hospital that changes its time zone."""

import datetime as dt
import math
import random
import statistics
from collections.abc import Iterator
from decimal import Decimal

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from imaging.common.errors import InvalidInput
from imaging.orders.models import Exam
from imaging.orders.services import exam_state_set
from imaging.orders.states import ExamState
from imaging.scheduling.models import Room
from reporting.billing.models import Charge
from reporting.dashboards.board import board
from reporting.dashboards.histogram import added, counted, median, ninety, percentile, rounded
from reporting.dashboards.models import DailyFigure, Dimension
from reporting.dashboards.panels import (
    by_class,
    by_step,
    exams_by_day,
    report_time_by_day,
    revenue_by_day,
    rooms_by_hour,
    rooms_used,
    turnaround_by,
    workload_by,
)
from reporting.dashboards.periods import Period, period_of
from reporting.dashboards.selectors import exams_behind, totals, whole
from reporting.dashboards.services import day_count, days_ensure, days_missing, days_recount
from tests import people
from tests.reporting.dashboards.days import TODAY, at, charge, exam, step, us_abdomen

pytestmark = pytest.mark.django_db
YESTERDAY = TODAY - dt.timedelta(days=1)
WEEK = Period(TODAY - dt.timedelta(days=6), TODAY)
DAY = Period(TODAY, TODAY)


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(at("14:30"), tick=False):
        yield


def minutes(*values: int) -> dict[str, int]:
    return counted(dt.timedelta(minutes=value) for value in values)


def test_percentiles() -> None:
    found = minutes(*range(1, 11))
    assert (median(found), ninety(found), percentile(found, 100)) == (5.5, 9, 10)
    assert median(minutes(7)) == 7
    assert median(minutes(3, 4, 90)) == 4
    assert (median({}), ninety({})) == (None, None)


@pytest.mark.parametrize(
    ("seconds", "kept"), [(-5, 0), (0.4, 0), (12.5, 13), (119.4, 119), (149, 120), (151, 180), (7169, 7140), (7190, 7200), (-1e9, 0)]
)
def test_durations_are_kept_to_the_second_below_two_minutes_and_to_the_minute_below_two_hours(seconds: float, kept: int) -> None:
    assert rounded(dt.timedelta(seconds=seconds)) == kept


@pytest.mark.parametrize("value", [2.5, 120, 121, 239, 333, 1440, 2879, 86_400])
def test_longer_durations_are_within_half_a_minute_or_one_percent(value: float) -> None:
    assert abs(rounded(dt.timedelta(minutes=value)) / 60 - value) <= max(0.5, 0.0105 * value)


def test_days_add_up_to_a_period_as_if_counted_at_once() -> None:
    assert added([minutes(1, 2, 3), minutes(40, 50), {}]) == minutes(1, 2, 3, 40, 50)


def test_an_exam_counts_on_the_hospitals_day_and_not_on_utcs() -> None:
    exam("00:05")  # still the day before in UTC
    exam("23:55", day=YESTERDAY)
    exam("00:00", day=YESTERDAY, minutes=0)
    days_ensure(first=WEEK.first, last=WEEK.last, at_most=9)
    assert (whole(DAY).exams, whole(Period(YESTERDAY, YESTERDAY)).exams) == (1, 2)
    panel = exams_by_day(Period(YESTERDAY, TODAY))
    assert [list(row.cells) for row in panel.table.rows] == [[YESTERDAY, 2, 2], [TODAY, 1, 1]]
    assert panel.chart is not None
    assert panel.chart["xAxis"]["data"] == ["22 Nov", "23 Nov"]


def test_a_period_is_the_same_from_kept_days_and_from_today() -> None:
    for day in (TODAY, YESTERDAY):
        exam("10:00", day=day, report=30, charged="240.00")
        exam("11:00", day=day, report=90, charged="120.00", procedure=us_abdomen())
    days_ensure(first=WEEK.first, last=WEEK.last, at_most=9)
    one, two = whole(Period(YESTERDAY, YESTERDAY)), whole(DAY)
    for name in ("exams", "reports", "on_time", "minutes", "charged", "spans", "exam_hours", "minute_hours"):
        assert getattr(one, name) == getattr(two, name)
    both = whole(Period(YESTERDAY, TODAY))
    assert (both.exams, both.charged, median(both.spans["completed_final"])) == (4, Decimal("720.00"), 60)


def test_totals_by_every_dimension() -> None:
    exam("10:00", report=30, charged="240.00")
    exam("11:00", procedure=us_abdomen(), charged="120.00")
    exam("12:00", report=20)
    reader, technologist, ct1 = people.radiologist(), people.technologist(), Room.objects.get(code="CT1")
    found = {dimension: {t.key: (t.exams, t.reports, t.charged) for t in totals(DAY, dimension)} for dimension in Dimension}
    assert found[Dimension.MODALITY] == {"CT": (2, 2, Decimal("240.00")), "US": (1, 0, Decimal("120.00"))}
    assert found[Dimension.READER][str(reader.pk)] == (2, 2, Decimal("240.00"))
    assert found[Dimension.PERFORMER] == {str(technologist.pk): (3, 2, Decimal("360.00"))}
    assert found[Dimension.ROOM][str(ct1.pk)][:2] == (2, 2)
    assert found[Dimension.REFERRER] == {"Dr HU": (3, 2, Decimal("360.00"))}
    assert found[Dimension.CLASS]["outpatient.cross"] == (2, 2, Decimal("240.00"))
    assert [t.name for t in totals(DAY, Dimension.DEPARTMENT)] == ["Radiology"]


def test_turnaround_by_step_is_worked_out_from_the_moments() -> None:
    exam("10:00", minutes=10, waited=5, report=30)
    exam("11:00", minutes=20, waited=15, report=60)
    exam("12:00", minutes=30, waited=25, report=90)
    found = {str(row.cells[0]): tuple(row.cells[1:]) for row in by_step(DAY).table.rows}
    assert found["Arrived → started"] == (3, 15, 25)
    assert found["Started → completed"] == (3, 20, 30)
    assert found["Completed → final"] == (3, 60, 90)
    assert found["Completed → preliminary"] == (0, None, None)


def test_on_time_is_the_deadline_tables_answer() -> None:
    exam("09:00", report=29, patient_class="E")  # emergency CT: 60 min
    late = exam("10:00", report=61, patient_class="E")
    total = whole(DAY)
    assert (total.reports, total.on_time, total.on_time_percent) == (2, 1, 50.0)
    row = by_class(DAY).table.rows[0]
    assert tuple(row.cells) == ("Emergency · CT, MR", 2, 45, 61, 60, 50.0)
    assert [found.pk for found in exams_behind(user=people.manager(), what="late", period=DAY)] == [late.pk]


def test_revenue_is_exact_and_credits_are_taken_off() -> None:
    first = exam("09:00", charged="0.10")
    charge(exam("10:00", procedure=us_abdomen()), "0.20", at("10:00"), "0.14")
    charge(exam("11:00"), "-0.10", at("11:00"))
    charge(exam("11:30", day=YESTERDAY), "99.99", at("23:59", YESTERDAY))
    assert first.charges.count() == 1
    total = whole(DAY)
    assert (total.charged, total.insurance, total.patient_part) == (Decimal("0.20"), Decimal("0.14"), Decimal("0.06"))
    days_ensure(first=YESTERDAY, last=TODAY, at_most=2)
    panel = revenue_by_day(Period(YESTERDAY, TODAY))
    assert [row.cells[1] for row in panel.table.rows] == [Decimal("99.99"), Decimal("0.20")]
    assert panel.table.total is not None
    assert panel.table.total.cells[1] == Decimal("100.19")


def test_minutes_are_put_into_the_hours_in_which_they_were_used() -> None:
    exam("10:20", minutes=40)  # 9:40 to 10:20
    exam("13:00", minutes=30)
    room = next(total for total in totals(DAY, Dimension.ROOM) if total.key)
    assert (room.minutes, room.minute_hours) == (70, {"09": 20.0, "10": 20.0, "12": 30.0})
    row = rooms_used(DAY).table.rows[0]
    assert row.cells[:4] == ["CT room 1", 2, 70, 1439]
    heat = rooms_by_hour(DAY).extra
    assert dict(zip(heat["hours"], (cell["text"] for cell in heat["rows"][0]["cells"]), strict=True))["09"] == "33"


def test_exams_of_seconds_are_measured_and_shown() -> None:
    for clock, seconds in (("10:00", 12), ("10:10", 20), ("10:20", 34)):
        exam(clock, minutes=seconds / 60, waited=2, report=3)
    steps = {str(cells[0].text): [cell.text for cell in cells[2:]] for cells in by_step(DAY).table.shown}
    assert steps["Started → completed"] == ["20 s", "34 s"]
    chart = by_step(DAY).chart
    assert chart is not None
    assert chart["series"][0]["name"] == "half are faster (min)", "the longest step has an hour"
    room = rooms_used(DAY)
    shown = next(cells for cells in room.table.shown if cells[0].text == "CT room 1")
    assert [cell.text for cell in shown[1:]] == ["3", "66 s", "24 h", "0.1 %", "22 s", "2 min"]
    assert room.chart is not None
    assert room.chart["series"][0]["data"][0]["label"]["formatter"] == "0.1 %"
    cells = rooms_by_hour(DAY).extra["rows"][0]["cells"]
    assert [(cell["text"], cell["level"]) for cell in cells if cell["text"] != "0"] == [("<1", 1), ("2", 1)]


def test_a_chart_counts_in_the_unit_that_fits_its_longest_duration() -> None:
    exam("10:00", report=1, ordered_at=at("09:59"), scheduled_at=at("09:59"), minutes=1, waited=0)
    chart = report_time_by_day(DAY).chart
    assert chart is not None
    assert (chart["series"][0]["name"], chart["series"][0]["data"]) == ("half are faster (s)", [60.0])
    cache.clear()
    exam("10:30", report=180)
    exam("10:40", report=181)
    chart = report_time_by_day(DAY).chart
    assert chart is not None
    assert (chart["series"][0]["name"], chart["series"][0]["data"]) == ("half are faster (min)", [180.0])


def test_a_chart_without_anything_to_draw_says_so() -> None:
    assert [panel.is_blank for panel in (by_step(DAY), exams_by_day(DAY), revenue_by_day(DAY), rooms_used(DAY))] == [True] * 4
    cache.clear()
    exam("10:00")
    assert [panel.is_blank for panel in (by_step(DAY), exams_by_day(DAY), revenue_by_day(DAY), rooms_used(DAY))] == [
        False,
        False,
        True,
        False,
    ]


def test_a_room_in_use_now_is_used_now() -> None:
    exam("14:20", state="in_progress", completed_at=None, started_at=at("14:00"))
    heat = board()["panels"]["rooms"].extra
    assert dict(zip(heat["hours"], (cell["text"] for cell in heat["rows"][0]["cells"]), strict=True))["14"] == "50"


def test_an_exam_that_is_open_again_leaves_the_day_on_which_it_had_ended() -> None:
    back = TODAY - dt.timedelta(days=10)
    made = exam("10:00", day=back)
    days_ensure(first=back, last=TODAY, at_most=20)
    assert whole(Period(back, back)).exams == 1
    exam_state_set(exam=made, state=ExamState.IN_PROGRESS)
    assert days_ensure(first=back, last=TODAY, at_most=20) == 0
    assert whole(Period(back, back)).exams == 0


def test_figures_equal_an_independent_count() -> None:
    """Forty exams over two days, some about midnight: each figure against plain arithmetic on the exams' own moments."""
    dice = random.Random(5)
    clocks = ["00:00", "23:59", *(f"{dice.randrange(1, 24):02d}:{dice.randrange(60):02d}" for _ in range(18))]
    for day in (YESTERDAY, YESTERDAY - dt.timedelta(days=1)):
        for clock in clocks:
            exam(
                clock, day=day, minutes=dice.choice([0.2, 0.9, 7, 31]), waited=dice.randrange(40), report=dice.choice([None, 1, 17, 119]),
                charged=dice.choice(["", "240.05", "99.99"]), procedure=dice.choice([None, us_abdomen()]),
            )  # fmt: skip
    period = Period(YESTERDAY - dt.timedelta(days=1), YESTERDAY)
    days_ensure(first=period.first, last=period.last, at_most=9)
    exams = [one for one in Exam.objects.all() if period.first <= timezone.localdate(one.completed_at) <= period.last]
    signed = [one for one in Exam.objects.exclude(final_at=None) if period.first <= timezone.localdate(one.final_at) <= period.last]
    charges = Charge.objects.all()
    found = whole(period)
    assert (found.exams, found.reports) == (len(exams), len(signed))
    assert found.charged == sum((charge.amount for charge in charges), Decimal(0))
    for modality in ("CT", "US"):
        mine = next(total for total in totals(period, Dimension.MODALITY) if total.key == modality)
        assert mine.exams == sum(one.modality == modality for one in exams)
        assert mine.charged == sum((charge.amount for charge in charges if charge.modality == modality), Decimal(0))
    report_times = [(one.final_at - one.completed_at).total_seconds() / 60 for one in signed]
    waits = sorted((one.started_at - one.arrived_at).total_seconds() / 60 for one in exams)
    assert median(found.spans["completed_final"]) == statistics.median(report_times)
    assert median(found.spans["arrived_started"]) == statistics.median(waits)
    assert ninety(found.spans["arrived_started"]) == waits[math.ceil(len(waits) * 0.9) - 1]
    used = sum((one.completed_at - one.started_at).total_seconds() / 60 for one in exams)
    assert found.minutes == pytest.approx(used, abs=0.1)


def test_counting_a_day_twice_changes_nothing_and_a_moved_exam_moves_its_count() -> None:
    moved = exam("10:00", day=YESTERDAY, report=10)
    first = day_count(day=YESTERDAY)
    assert day_count(day=YESTERDAY) == first == DailyFigure.objects.filter(day=YESTERDAY).count()
    moved.completed_at, moved.final_at = at("09:00"), at("09:30")
    moved.save()
    days_recount()
    assert (whole(Period(YESTERDAY, YESTERDAY)).exams, whole(DAY).exams) == (0, 1)


def test_today_is_never_kept_and_empty_days_are_known_to_be_counted() -> None:
    exam("10:00", day=TODAY - dt.timedelta(days=3))
    with pytest.raises(ValueError, match="over"):
        day_count(day=TODAY)
    assert days_ensure(first=WEEK.first, last=WEEK.last, at_most=1) == 2
    assert days_ensure(first=WEEK.first, last=WEEK.last, at_most=9) == 0
    assert days_missing(first=WEEK.first, last=WEEK.last) == []


def test_a_long_period_asks_as_many_questions_as_a_short_one(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    for back in range(20):
        exam("10:00", day=TODAY - dt.timedelta(days=back), report=30)
    year = Period(TODAY - dt.timedelta(days=364), TODAY)
    days_ensure(first=year.first, last=year.last, at_most=400)
    whole(year)
    with django_assert_max_num_queries(9):
        for build in (exams_by_day, by_step, by_class):
            build(year)
        for build in (workload_by, turnaround_by):
            build(year, Dimension.MODALITY)


def test_the_board_says_what_needs_a_hand() -> None:
    exam("08:00", patient_class="E")  # late since 09:00
    waiting = exam("14:00", state="arrived", completed_at=None, started_at=None)
    waiting.arrived_at = at("13:45")
    waiting.save()
    step(
        exam("14:20", state="scheduled", completed_at=None, started_at=None, procedure=us_abdomen()), at("16:00"), at("16:30"), "SCHEDULED"
    )
    shown = board()
    hands = {hand.what: (hand.count, hand.oldest) for hand in shown["hands"]}
    assert hands["Late report"] == (1, dt.timedelta(hours=6, minutes=30))
    assert hands["Waits over target"] == (1, dt.timedelta(minutes=45))
    assert hands["Images missing"] == (1, dt.timedelta(hours=6, minutes=30))
    assert hands["Exam done, not charged"] == (1, dt.timedelta(hours=6, minutes=30))
    figures = {tile.label: tile.figure for tile in shown["tiles"]}
    assert (figures["Waiting now"], figures["Open to read"], figures["Exams today, until 14:30"]) == ("1", "1", "1")


def test_the_usual_is_the_mean_of_the_same_weekdays_up_to_this_hour() -> None:
    for back, clocks in ((7, ("09:00", "10:00", "16:00")), (14, ("09:00", "10:00", "11:00", "12:00")), (6, ("09:00",))):
        for clock in clocks:
            exam(clock, day=TODAY - dt.timedelta(days=back))
    exam("09:00")
    tile = board()["tiles"][0]
    assert (tile.figure, tile.note, tile.change) == ("1", "usual Monday 3", "▼ 66.7 %")


def test_protected_patients_are_counted_and_never_listed() -> None:
    exam("10:00", patient=people.the_mayor())
    listed = exam("11:00")
    assert whole(DAY).exams == 2
    assert [found.pk for found in exams_behind(user=people.manager(), what="done", period=DAY)] == [listed.pk]


def test_the_rows_behind_a_figure_are_its_own() -> None:
    ct, us = exam("10:00"), exam("11:30", procedure=us_abdomen())
    user = people.manager()

    def behind(**asked: str) -> set[int]:
        return {found.pk for found in exams_behind(user=user, what="done", period=DAY, **asked)}

    assert behind(dimension="modality", key="US") == {us.pk}
    assert behind(dimension="room", key=str(Room.objects.get(code="CT1").pk)) == {ct.pk}
    assert behind(dimension="room", key="") == {us.pk}
    assert behind(dimension="performer", key=str(people.technologist().pk)) == {ct.pk, us.pk}
    assert behind(dimension="class", key="outpatient.cross") == {ct.pk}
    assert behind(hour="11") == {us.pk}
    for bad in (
        {"dimension": "shoe size", "key": "42"}, {"dimension": "room", "key": "²"}, {"dimension": "room", "key": "9" * 30},
        {"dimension": "reader", "key": "-1"}, {"dimension": "modality", "key": "C\x00"}, {"hour": "²"}, {"hour": "24"},
    ):  # fmt: skip
        with pytest.raises(InvalidInput):
            behind(**bad)


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ({}, TODAY - dt.timedelta(days=6), TODAY),
        ({"period": "today"}, TODAY, TODAY),
        ({"period": "month"}, dt.date(2026, 11, 1), TODAY),
        ({"period": "year"}, dt.date(2026, 1, 1), TODAY),
        ({"from": "2026-02-01", "to": "2026-02-28"}, dt.date(2026, 2, 1), dt.date(2026, 2, 28)),
        ({"from": "2026-11-20", "to": "2027-01-01"}, dt.date(2026, 11, 20), TODAY),
    ],
)
def test_a_period_is_asked_for_by_name_or_by_days(asked: dict[str, str], first: dt.date, last: dt.date) -> None:
    period = period_of(asked)
    assert (period.first, period.last) == (first, last)


@pytest.mark.parametrize(
    "asked",
    [
        {"period": "ever"},
        {"from": "yesterday"},
        {"from": "2026-11-20", "to": "2026-11-01"},
        {"from": "2027-01-01", "to": "2027-01-02"},
        {"from": "2020-01-01", "to": "2026-01-01"},
        {"from": "0001-01-01", "to": "0001-01-02"},
        {"from": "9999-12-31"},
        {"to": "2026-11-01"},
    ],
)
def test_a_period_that_cannot_be_is_refused(asked: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        period_of(asked)
