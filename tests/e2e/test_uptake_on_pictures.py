"""Uptake values of PET on its own pictures: beside the values at a point and in a region, kept, written on key images and into the report.

Not covered: the reckoning itself (static/viewer/tests), series of real scanners.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from imaging.access.models import User
from imaging.archive.models import Study
from imaging.viewer.pictures import label_of
from tests import people
from tests.e2e.test_fusion import ONE, pet_study
from tests.e2e.test_measurements import Bench
from tests.e2e.test_viewer import corner, opened

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SignIn = Callable[[User], Page]
# 45.443 of 62 kg are lean.
LEAN = 45_443.8 / 62_000
MIDDLE = (34.5, 22.2)


def at_the_ball(page: Page, site: str, study: Study) -> Bench:
    """The PET slice through the middle of the ball, in a viewport of its own."""
    opened(page, site, study)
    page.locator(".rail-tile").nth(1).click()
    expect(corner(page, "what")).to_contain_text("PET AC")
    page.keyboard.press("PageDown")
    expect(corner(page, "where")).to_contain_text("Im 11 / 20")
    expect(page.locator(".surface[data-covered]")).to_have_count(0)
    return Bench(page, high=3, wide=2, rows=32, columns=48)


def exactly(value: float) -> object:
    return pytest.approx(value, rel=0.001)


def test_a_point_and_a_region_read_in_the_kind_that_is_chosen(site: str, sign_in: SignIn) -> None:
    bench = at_the_ball(sign_in(people.radiologist()), site, pet_study())
    point = bench.measure("v", lambda: bench.click(MIDDLE))
    assert (point.values["suv"], point.values["suvUnit"]) == (exactly(8), "g/ml{SUVbw}")
    assert (point.values["value"], point.values["modalityUnit"]) == (exactly(8 * ONE), "Bq/mL")
    assert "32685 Bq/mL" in bench.drawn()
    assert "SUV bw 8.00 g/ml" in bench.drawn()
    bench.page.locator("[data-act=suv]").dispatch_event("click")
    expect(bench.page.locator(".pane svg text").first).to_contain_text("SUV lbm 5.86 g/ml")
    region = bench.measure("Shift+O", lambda: bench.drag((32.8, 21.5), (32.8, 20.2)))
    assert (region.values["suvMean"], region.values["suvMax"]) == (exactly(8 * LEAN), exactly(8 * LEAN))
    assert region.values["suvUnit"] == "g/ml{SUVlbm}"
    assert region.values["mean"] == exactly(8 * ONE)
    assert "SUV lbm Mean 5.86 · Max 5.86 g/ml" in label_of(region).splitlines()


def test_without_a_weight_it_says_why_there_is_none(site: str, sign_in: SignIn) -> None:
    bench = at_the_ball(sign_in(people.radiologist()), site, pet_study(PatientWeight=None))
    expect(corner(bench.page, "window")).to_contain_text("No SUV: the patient's weight is missing.")
    point = bench.measure("v", lambda: bench.click(MIDDLE))
    assert set(point.values) == {"value", "modalityUnit"}


@pytest.mark.parametrize(("correction", "uptake"), [("START", 8), ("ADMIN", 8 * 2 ** (-3600 / 6586.2))])
def test_the_time_to_which_the_values_are_decayed_counts(site: str, sign_in: SignIn, correction: str, uptake: float) -> None:
    bench = at_the_ball(sign_in(people.radiologist()), site, pet_study(DecayCorrection=correction))
    assert bench.measure("v", lambda: bench.click(MIDDLE)).values["suv"] == exactly(uptake)


def test_counts_are_read_by_the_makers_own_factor(site: str, sign_in: SignIn) -> None:
    bench = at_the_ball(sign_in(people.radiologist()), site, pet_study(philips=0.0005, Units="CNTS"))
    assert bench.measure("v", lambda: bench.click(MIDDLE)).values["suv"] == exactly(8 * ONE * 0.0005)
