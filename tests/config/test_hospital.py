"""Loading a hospital. Not covered: what a half-written JSON file says (Python's own message, to an administrator at a terminal)."""

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from imaging.access.models import User
from imaging.access.roles import Role
from imaging.orders.models import Procedure
from imaging.scheduling.models import OpeningHours, Station

pytestmark = pytest.mark.django_db
CODES = {"CT-HEAD", "CT-CHEST", "MR-BRAIN", "DX-CHEST", "US-ABDOMEN", "MG-SCREEN", "XA-CORONARY", "ES-GASTRO", "PET-CT"}


def test_the_demo_hospital_has_its_promised_accounts_codes_and_stations() -> None:
    call_command("load_demo", verbosity=0)
    assert set(User.objects.values_list("username", flat=True)) == set(Role.values)
    assert set(Procedure.objects.values_list("code", flat=True)) >= CODES
    assert set(Station.objects.values_list("ae_title", flat=True)) == {"CT1", "CT2", "MR1", "DX1", "US1", "MG1", "XA1", "ES1", "PT1"}
    assert all(user.check_password("lightbox-demo") for user in User.objects.all())


def test_every_procedure_has_a_room_that_can_do_it() -> None:
    call_command("load_demo", verbosity=0)
    able = set(Station.objects.values_list("modality", flat=True))
    assert set(Procedure.objects.values_list("modality", flat=True)) <= able


def test_loading_again_doubles_nothing_and_keeps_a_changed_password() -> None:
    call_command("load_demo", verbosity=0)
    user = User.objects.get(username="cashier")
    user.set_password("my own long password")
    user.save()
    before = OpeningHours.objects.count()
    call_command("load_demo", verbosity=0)
    assert OpeningHours.objects.count() == before
    assert User.objects.get(username="cashier").check_password("my own long password")


def test_demo_passwords_are_refused_outside_the_demo(settings: Settings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError):
        call_command("load_demo", verbosity=0)
