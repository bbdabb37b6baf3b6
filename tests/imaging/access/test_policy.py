"""The policy table. Not covered here: what each page does with it (the door walk in tests/architecture does)."""

import pytest
from django.contrib.auth.models import AnonymousUser, Group

from imaging.access.models import User
from imaging.access.policy import home_of, may, only_own_patients, require
from imaging.access.roles import ROLE_ACTS, Act, Role
from imaging.archive.selectors import studies_for_system, studies_visible_to
from imaging.common.errors import Forbidden
from imaging.patients.services import access_list_add, access_list_remove
from tests import people
from tests.imaging import pictures

pytestmark = pytest.mark.django_db


def test_nobody_signed_in_may_nothing() -> None:
    assert not any(may(AnonymousUser(), act) for act in Act)


def test_an_account_that_is_switched_off_may_nothing() -> None:
    user = people.radiologist()
    user.is_active = False
    user.save()
    assert not any(may(user, act) for act in Act)


def test_a_resident_cannot_sign() -> None:
    with pytest.raises(Forbidden, match="Radiologist"):
        require(people.resident(), Act.REPORT_SIGN)


def test_the_pacs_administrator_can_neither_sign_nor_read_the_audit_trail() -> None:
    assert not {Act.REPORT_SIGN, Act.REPORT_WRITE, Act.AUDIT_VIEW} & ROLE_ACTS[Role.PACS_ADMIN]


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.CASHIER, Role.MANAGER])
def test_front_desk_cashier_and_manager_see_no_image_and_no_report(role: Role) -> None:
    assert not {Act.IMAGES_VIEW, Act.REPORT_VIEW} & ROLE_ACTS[role]


@pytest.mark.parametrize(
    ("roles", "act", "bounded"),
    [
        ([Role.CLINICIAN], Act.IMAGES_VIEW, True),
        ([Role.CLINICIAN, Role.CASHIER], Act.IMAGES_VIEW, True),
        ([Role.CLINICIAN, Role.MANAGER], Act.PATIENT_FIND, True),
        ([Role.CLINICIAN, Role.CASHIER], Act.PATIENT_FIND, False),
        ([Role.CLINICIAN, Role.RADIOLOGIST], Act.IMAGES_VIEW, False),
    ],
)
def test_a_second_role_widens_only_what_it_may_do_itself(roles: list[Role], act: Act, bounded: bool) -> None:
    user = people.staff(roles[0], "two-hats")
    user.groups.add(*(Group.objects.get_or_create(name=role)[0] for role in roles[1:]))
    assert only_own_patients(User.objects.get(pk=user.pk), act) is bounded


def test_a_clinician_who_also_takes_money_sees_no_more_images() -> None:
    exam = pictures.exam_of(people.lin_mei_hua())
    pictures.stack_for(exam, 1)
    user = people.staff(Role.CLINICIAN, "two-hats")
    user.groups.add(Group.objects.get_or_create(name=Role.CASHIER)[0])
    assert not studies_visible_to(User.objects.get(pk=user.pk)).exists()


def test_a_clinician_sees_the_earlier_images_of_an_own_patient_too() -> None:
    lin, user = people.lin_mei_hua(), people.clinician()
    stack = pictures.stack_for(pictures.exam_of(lin), 1)
    assert not studies_visible_to(user).exists()
    pictures.exam_of(lin, "CT26112200002", order={"referrer": user})
    assert list(studies_visible_to(user)) == [stack]


def test_every_role_has_acts_and_a_home() -> None:
    for role in Role:
        assert ROLE_ACTS[role]
        assert home_of(people.staff(role)) != "/no-role/"


def test_a_right_given_and_taken_back_counts_at_once_for_somebody_who_has_asked_already() -> None:
    user, exam = people.radiologist(), pictures.exam_of(people.the_mayor())
    study = pictures.stack_for(exam, 1)
    assert not studies_visible_to(user).exists()
    access_list_add(patient=exam.patient, person=user)
    assert list(studies_visible_to(user)) == [study]
    access_list_remove(patient=exam.patient, person=user)
    assert not studies_visible_to(user).exists()
    exam.patient.is_protected = False
    exam.patient.save()
    assert list(studies_visible_to(user)) == [study]
    assert list(studies_for_system(sees_protected=False)) == [study]
    exam.patient.is_protected = True
    exam.patient.save()
    assert (list(studies_visible_to(user)), list(studies_for_system(sees_protected=False))) == ([], [])
