"""How names, dates, ages, money and sizes are written, in both languages. Not covered: languages other than these two."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.utils import timezone, translation

from imaging.common import formats

BORN = dt.date(1968, 4, 12)


@pytest.fixture(params=["en", "zh-hans"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    with translation.override(request.param):
        yield request.param


@pytest.fixture
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


class Person:
    name = "LIN^Mei-Hua"
    name_ideographic = "林^美华"


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("LIN^Mei-Hua=林^美华", "LIN, Mei-Hua 林美华"),
        (Person(), "LIN, Mei-Hua 林美华"),
        ("SMITH^John^Q", "SMITH, John Q"),
        ("MADONNA", "MADONNA"),
        ("=林^美华", "林美华"),
        ("林^美华", "林美华"),
        ("^Ana", "Ana"),
        ("Van der Berg^Anna", "Van der Berg, Anna"),
        ("", "not known"),
        (None, "not known"),
    ],
)
def test_names_in_english(english: None, value: object, wanted: str) -> None:
    assert formats.person_name(value) == wanted


@pytest.mark.parametrize(("value", "wanted"), [("LIN^Mei-Hua=林^美华", "林美华 LIN, Mei-Hua"), ("SMITH^John", "SMITH, John"), ("", "不详")])
def test_names_in_chinese(chinese: None, value: str, wanted: str) -> None:
    assert formats.person_name(value) == wanted


@pytest.mark.parametrize(("text", "shown"), [("SHAW^Helen", "SHAW, Helen"), ("CHEN Wei 陈伟", "CHEN Wei 陈伟"), ("=1+1", "=1+1"), ("", "")])
def test_a_referrer_is_shown_as_people_write_names(english: None, text: str, shown: str) -> None:
    assert formats.written_name(text) == shown


def test_first_and_second_line_of_a_row(language: str) -> None:
    lines = (formats.person_first(Person()), formats.person_second(Person()))
    assert lines == (("林美华", "LIN, Mei-Hua") if language == "zh-hans" else ("LIN, Mei-Hua", "林美华"))
    assert formats.person_second("SMITH^John") == ""


@pytest.mark.parametrize(
    ("value", "wanted"), [("=林^美华", "林*华"), ("=钱", "钱*"), ("=欧阳^正华", "欧*华"), ("SMITH^John", "S* J*"), ("", "*")]
)
def test_names_for_the_hall_are_masked(value: str, wanted: str) -> None:
    assert formats.person_masked(value) == wanted


def test_days_of_a_week(language: str) -> None:
    assert formats.weekday_date(dt.date(2026, 11, 28)) == ("11-28 周六" if language == "zh-hans" else "Sat 28 Nov")


def test_dates_never_have_a_month_to_mistake_for_a_day(language: str) -> None:
    assert formats.clinical_date(BORN) == ("1968-04-12" if language == "zh-hans" else "12 Apr 1968")
    assert formats.short_date(BORN) == ("4 月 12 日" if language == "zh-hans" else "12 Apr")


def test_moments_are_in_the_hospital_zone(english: None) -> None:
    late = dt.datetime(2026, 11, 22, 16, 30, 5, tzinfo=dt.UTC)
    assert formats.clinical_date(late) == "23 Nov 2026"
    assert formats.clinical_time(late) == "00:30"
    assert formats.clinical_seconds(late) == "00:30:05"
    assert formats.clinical_moment(late) == "23 Nov 2026 00:30"


def test_a_moment_of_today_is_a_time(english: None) -> None:
    now = timezone.now()
    assert formats.clinical_moment(now) == formats.clinical_time(now)


@pytest.mark.parametrize(
    ("on", "wanted", "wanted_zh"),
    [
        (dt.date(1968, 4, 12), "0 d", "0 天"),
        (dt.date(1968, 5, 9), "27 d", "27 天"),
        (dt.date(1968, 5, 10), "1 mo", "1 个月"),
        (dt.date(1968, 11, 12), "7 mo", "7 个月"),
        (dt.date(1970, 4, 11), "23 mo", "23 个月"),
        (dt.date(1970, 4, 12), "2 y", "2 岁"),
        (dt.date(2026, 4, 11), "57 y", "57 岁"),
        (dt.date(2026, 4, 12), "58 y", "58 岁"),
        (dt.date(1968, 4, 11), "not known", "不详"),
    ],
)
def test_ages_at_the_exam(on: dt.date, wanted: str, wanted_zh: str) -> None:
    with translation.override("en"):
        assert formats.age(BORN, on) == wanted
    with translation.override("zh-hans"):
        assert formats.age(BORN, on) == wanted_zh


def test_age_at_a_moment_counts_the_hospital_day(english: None) -> None:
    assert formats.age(BORN, dt.datetime(2026, 4, 11, 17, 0, tzinfo=dt.UTC)) == "58 y"


def test_a_leap_day_birthday(english: None) -> None:
    assert formats.age(dt.date(2024, 2, 29), dt.date(2027, 2, 28)) == "2 y"
    assert formats.age(dt.date(2024, 2, 29), dt.date(2027, 3, 1)) == "3 y"


def test_unknown_is_said(language: str) -> None:
    wanted = "不详" if language == "zh-hans" else "not known"
    assert formats.age(None) == formats.clinical_date(None) == formats.money(None) == formats.size(None) == wanted


@pytest.mark.parametrize(
    ("amount", "wanted"), [("1480", "¥ 1,480.00"), ("-420.5", "−¥ 420.50"), ("0", "¥ 0.00"), ("1234567.891", "¥ 1,234,567.89")]
)
def test_money(language: str, amount: str, wanted: str) -> None:
    assert formats.money(Decimal(amount)) == wanted


def test_numbers(language: str) -> None:
    assert formats.number(-1204) == "−1,204"
    assert formats.number(96.24, 1) == "96.2"


@pytest.mark.parametrize(
    ("minutes", "wanted", "wanted_zh"),
    [
        (0, "0 min", "0 分钟"),
        (41, "41 min", "41 分钟"),
        (87, "1 h 27", "1 小时 27 分"),
        (125, "2 h 05", "2 小时 05 分"),
        (180, "3 h", "3 小时"),
    ],
)
def test_durations(minutes: int, wanted: str, wanted_zh: str) -> None:
    with translation.override("en"):
        assert formats.duration(dt.timedelta(minutes=minutes)) == wanted
    with translation.override("zh-hans"):
        assert formats.duration(dt.timedelta(minutes=minutes)) == wanted_zh


def test_long_durations(english: None) -> None:
    assert formats.duration(dt.timedelta(hours=22, minutes=10)) == "22 h"
    assert formats.duration(dt.timedelta(hours=80)) == "3 d"
    assert formats.clock(dt.timedelta(hours=2, minutes=14)) == "2:14"


def test_how_long_ago(english: None) -> None:
    now = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
    spans = {0: "today", 5: "5 d ago", 70: "2 months ago", 800: "2 years ago"}
    assert {days: formats.ago(now - dt.timedelta(days=days), now) for days in spans} == spans


@pytest.mark.parametrize(("octets", "wanted"), [(0, "0 B"), (999, "999 B"), (1536, "1.5 KB"), (524288, "512 KB"), (1503238553, "1.4 GB")])
def test_sizes(octets: int, wanted: str) -> None:
    assert formats.size(octets) == wanted


def test_sex_is_one_sign() -> None:
    with translation.override("en"):
        assert (formats.sex("F"), formats.sex("M")) == ("F", "M")
    with translation.override("zh-hans"):
        assert (formats.sex("F"), formats.sex("M")) == ("女", "男")


def test_the_catalogue_speaks_the_language(language: str) -> None:
    class Entry:
        name, name_zh = "CT head plain", "头颅CT平扫"

    assert formats.local_text(Entry()) == (Entry.name_zh if language == "zh-hans" else Entry.name)


@pytest.mark.parametrize(("label", "wanted"), [("LIU Yan 刘燕", "LY"), ("Radiologist", "R"), ("刘燕", "刘"), ("", "?")])
def test_initials_in_english(english: None, label: str, wanted: str) -> None:
    assert formats.initials(label) == wanted


def test_initials_in_chinese(chinese: None) -> None:
    assert formats.initials("LIU Yan 刘燕") == "刘"
    assert formats.initials("John Smith") == "JS"
