"""Two windows with two patients: the newer one says so until the person confirms.

Not covered: two browsers of one person; they cannot hear each other.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from imaging.access.models import User
from tests import people

pytestmark = [pytest.mark.e2e, pytest.mark.urls("tests.e2e.live_site")]


def test_another_patient_in_another_window_is_striped_until_confirmed(sign_in: Callable[[User], Page], site: str) -> None:
    first = sign_in(people.radiologist())
    first.goto(f"{site}/banner/00482913/")
    second = first.context.new_page()
    second.goto(f"{site}/banner/00511207/")
    expect(second.locator(".patient-banner.other")).to_be_visible()
    expect(first.locator(".patient-banner.other")).to_have_count(0)
    second.get_by_role("button", name="Another window shows another patient").click()
    expect(second.locator(".patient-banner.other")).to_have_count(0)


def test_the_same_patient_twice_is_no_news(sign_in: Callable[[User], Page], site: str) -> None:
    first = sign_in(people.radiologist())
    first.goto(f"{site}/banner/00482913/")
    second = first.context.new_page()
    second.goto(f"{site}/banner/00482913/")
    expect(second.locator("html[data-ready]")).to_have_count(1)
    third = first.context.new_page()
    third.goto(f"{site}/banner/00511207/")
    expect(third.locator(".patient-banner.other")).to_be_visible()
    expect(second.locator(".patient-banner.other")).to_have_count(0)
