"""The policy table. Not covered here: what each page does with it (the door walk in tests/architecture does)."""

import pytest
from django.contrib.auth.models import AnonymousUser

from imaging.access.policy import home_of, may, require
from imaging.access.roles import ROLE_ACTS, Act, Role
from imaging.common.errors import Forbidden
from tests import people

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


def test_every_role_has_acts_and_a_home() -> None:
    for role in Role:
        assert ROLE_ACTS[role]
        assert home_of(people.staff(role)) != "/no-role/"
