"""Finding patients, and who may find whom. Not covered: millions of rows; the plan test shows that the index is walked instead."""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.utils import timezone

from imaging.patients.cards import Eyes, patient_as_seen_by
from imaging.patients.models import Patient, SearchWord
from imaging.patients.protection import Sight
from imaging.patients.selectors import patient_duplicates, patient_find
from imaging.patients.services import access_list_add, patient_register
from tests import people

pytestmark = pytest.mark.django_db


def found(text: str, user: object = None, **options: object) -> list[str]:
    return [patient.number for patient in patient_find(user=user or people.front_desk(), text=text, **options)[0]]


@pytest.mark.parametrize(
    "text",
    [
        *("00482913", "0048", "林美华", "林", "美华", "linmeihua", "lmh", "LIN", "lin mei", "Mei-Hua", "meihua"),
        *("1968-04-12", "19680412", "12041968", "1968-04", "lin 1968", "12.4.1968 f", "林 女", "LIN, Mei-Hua F", "lmh ５８岁"),
        *("1968年4月12日", "1968年4月", "12 Apr 1968", "lin 12 apr 1968", "1968/4/12"),
    ],
)
def test_lin_mei_hua_is_found_by(text: str, settings: object) -> None:
    patient = people.lin_mei_hua()
    if "岁" in text:
        today = timezone.localdate()
        Patient.objects.filter(pk=patient.pk).update(birth_date=today.replace(year=today.year - 58, day=min(today.day, 28)))
    people.john_smith()
    assert found(text) == ["00482913"]


@pytest.mark.parametrize("text", ["", " ", "x", "lin m", "林 男", "zzzz", "f", "'; drop table --"])
def test_what_does_not_fit_finds_nobody(text: str) -> None:
    people.lin_mei_hua()
    assert found(text) == []


@pytest.mark.parametrize("text", ["王芳", "王 芳", "芳 王", "wf", "fang wang", "wangfang"])
def test_a_name_of_two_characters_is_found_with_a_space_as_well(text: str) -> None:
    patient_register(name_ideographic="王芳", number="7")
    assert found(text) == ["7"]


def test_age_alone_finds_by_birth_date() -> None:
    today = timezone.localdate()
    patient_register(name="BABY^A", birth_date=dt.date(today.year - 1, 1, 1))
    assert found("200y") == []
    assert found("0y") + found("1y")


def test_pages_follow_each_other_without_gap_or_repeat() -> None:
    numbers = [patient_register(name=f"WANG^Person{index:02d}").number for index in range(25)]
    seen: list[str] = []
    after = ""
    while True:
        rows, after = patient_find(user=people.front_desk(), text="wang", limit=10, after=after)
        seen += [row.number for row in rows]
        if not after:
            break
    assert sorted(set(seen)) == numbers


def test_the_search_walks_the_index_of_words() -> None:
    rows = SearchWord.objects.filter(word__gte="lin", word__lt="lio").order_by("word", "patient_id")[:20]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")  # so few rows are sorted as cheaply
        sql, params = rows.query.sql_with_params()
        cursor.execute(f"{'EXPLAIN QUERY PLAN' if connection.vendor == 'sqlite' else 'EXPLAIN'} {sql}", params)
        plan = " ".join(str(row) for row in cursor.fetchall())
    assert "patient_word" in plan
    assert "B-TREE" not in plan  # no sorting afterwards
    assert "Sort" not in plan


def test_who_handles_exams_finds_a_protected_patient_only_by_the_whole_number_and_masked() -> None:
    people.the_mayor()
    assert found("qian") == found("钱正明") == found("1955-01-20") == found("0090000") == []
    rows, _ = patient_find(user=people.front_desk(), text="00900001")
    card = patient_as_seen_by(user=people.front_desk(), patient=rows[0])
    assert card.sight is Sight.MASKED
    assert "QIAN" not in repr(card)
    assert "00900001" not in repr(card)
    assert card.label == "Protected patient"


def test_for_everyone_else_a_protected_patient_does_not_exist() -> None:
    people.the_mayor()
    assert found("00900001", people.resident()) == []
    assert Eyes(people.resident()).see_all(Patient.objects.all()) == []


def test_the_access_list_opens_a_protected_patient() -> None:
    mayor = people.the_mayor()
    access_list_add(patient=mayor, person=people.resident(), user=people.radiologist())
    assert found("qian", people.resident()) == [mayor.number]
    assert patient_as_seen_by(user=people.resident(), patient=mayor).name == "QIAN^Zhengming"


def test_a_clinician_finds_nobody_but_own_patients() -> None:
    people.lin_mei_hua()
    assert found("lin", people.clinician()) == []


@pytest.mark.parametrize("user", [people.manager, people.auditor, AnonymousUser])
def test_who_may_not_find_patients_finds_none(user: object) -> None:
    people.lin_mei_hua()
    assert found("lin", user()) == []


def test_a_namesake_with_the_same_birth_date_is_pointed_out() -> None:
    lin = people.lin_mei_hua()
    asked = {"user": people.front_desk(), "birth_date": dt.date(1968, 4, 12)}
    assert patient_duplicates(name_ideographic="林美华", **asked) == [lin]
    assert patient_duplicates(name="lin^mei-hua", **asked) == [lin]
    assert patient_duplicates(name="LIN^Other", **asked) == []
