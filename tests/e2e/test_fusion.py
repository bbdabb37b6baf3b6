"""PET over CT in a real browser: colours, uptake values, and what is said where they cannot be reckoned.

Not covered: the reckoning itself (static/viewer/tests, to 0.1 %), series of real scanners, graphics hardware.
"""

import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

from imaging.archive.models import Study
from imaging.orders.models import Exam
from tests import people
from tests.e2e.volume_room import BALL, PHANTOM, SignIn, at_the_ball, colour_at, drag, grey, in_room, opened, pixel_of, size, until, view
from tests.imaging import pictures
from tests.imaging.phantoms import Ball, Phantom

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

# FDG at nine, scanned at ten: 253.314 MBq of 370 are left for 62 kg, so that 4085.7 Bq/ml are an uptake value of 1.
PET_ATTRIBUTES = {
    "SOPClassUID": "1.2.840.10008.5.1.4.1.1.128", "Modality": "PT", "SeriesNumber": 3, "SeriesDescription": "PET AC", "Units": "BQML",
    "DecayCorrection": "START", "CorrectedImage": ["ATTN", "DECY"], "PatientWeight": "62", "PatientSize": "1.65", "SeriesDate": "20261122",
    "SeriesTime": "100000", "AcquisitionDate": "20261122", "AcquisitionTime": "100100", "WindowCenter": None, "WindowWidth": None,
    "RescaleSlope": "2.5",
}  # fmt: skip
ONE = 370e6 * 2 ** (-3600 / 6586.2) / 62_000


def drug() -> list[Dataset]:
    item = Dataset()
    item.RadionuclideTotalDose, item.RadionuclideHalfLife, item.RadiopharmaceuticalStartTime = "370000000", "6586.2", "090000"
    return [item]


def pet_study(philips: float = 0, exam: Exam | None = None, **attributes: object) -> Study:
    """CT, and PET of coarser points over the same place with an uptake of 8 in the ball; `philips` is their private factor."""
    of_exam = pictures.matching(exam) if exam else {}
    study = PHANTOM.send(**of_exam)
    hot = Phantom((Ball(BALL.place, 9, 8 * ONE),), 48, 32, 20, (2.0, 3.0, 4.0), background=0.3 * ONE, attributes=PET_ATTRIBUTES)
    named = of_exam | {"StudyInstanceUID": study.study_instance_uid, "SeriesInstanceUID": generate_uid()} | attributes
    for number in range(hot.slices):
        ds = hot.slice(number, RadiopharmaceuticalInformationSequence=drug(), **named)
        if philips:
            ds.private_block(0x7053, "Philips PET Private Group", create=True).add_new(0x00, "DS", f"{philips}")
        pictures.send(ds)
    return study


def test_uptake_is_laid_over_the_anatomy_and_read(site: str, sign_in: SignIn) -> None:
    page = at_the_ball(opened(sign_in(people.radiologist()), site, pet_study()), ";")
    expect(view(page, "axial").locator('[data-part="where"]')).to_contain_text("CT 1000 HU · SUV bw 8.00 g/ml")
    spot = pixel_of(PHANTOM, BALL.place, "axial", *size(page, "axial"))
    # An uptake of 8 of 10 is orange in hot iron; half of it lies over white bone.
    until(lambda: colour_at(page, "axial", spot) == pytest.approx((255, 204, 153), abs=6))
    page.locator("[data-fusion-blend]").fill("100")
    until(lambda: colour_at(page, "axial", spot) == pytest.approx((255, 153, 51), abs=6))
    page.locator("[data-fusion-blend]").fill("0")
    until(lambda: colour_at(page, "axial", spot) == pytest.approx((255, 255, 255), abs=3))
    width, height = size(page, "through")
    expect(view(page, "through").locator('[data-part="edge-right"]')).to_have_text("L")
    drag(page, "through", (width / 2, height / 2), (width / 2 + 90, height / 2))
    expect(view(page, "through").locator('[data-part="edge-right"]')).not_to_have_text("L")
    page.locator("[data-fusion-kind]").select_option("lbm")
    page.locator("[data-act=ball]").click()
    drag(page, "axial", spot, (spot[0] + 12, spot[1]))
    # Lean mass is 45.443 of 62 kg: 8 g/ml by weight are 5.86 by lean mass.
    expect(view(page, "axial").locator("svg text").last).to_contain_text("SUV lbm 5.86 g/ml")


def test_uptake_without_a_window_is_first_seen_dark_on_white_over_all_that_is_read_in_it(site: str, sign_in: SignIn) -> None:
    page = opened(sign_in(people.radiologist()), site, pet_study())
    page.locator(".rail-tile").nth(1).click()
    pane = page.locator(".pane").first
    expect(pane.locator('[data-part="what"]')).to_contain_text("PET AC")
    # Seven times 4085.7 Bq/ml, whatever the slice that is shown holds.
    expect(pane.locator('[data-part="window"]')).to_contain_text(re.compile(r"W 2860\d L 1430\d"))
    until(lambda: np.median(grey(pane)) > 200)
    page.keyboard.press("i")
    until(lambda: np.median(grey(pane)) < 60)
    page.keyboard.press("x")
    until(lambda: np.median(grey(pane)) > 200)


def test_without_a_weight_there_is_no_uptake_value_and_it_says_so(site: str, sign_in: SignIn) -> None:
    page = in_room(opened(sign_in(people.radiologist()), site, pet_study(PatientWeight=None)), ";")
    expect(page.locator("[data-fusion-note]")).to_have_text("No SUV: the patient's weight is missing.")
    expect(view(page, "axial").locator('[data-part="window"]')).not_to_contain_text("SUV")


def test_counts_are_read_by_the_makers_own_factor(site: str, sign_in: SignIn) -> None:
    page = at_the_ball(opened(sign_in(people.radiologist()), site, pet_study(philips=0.0005, Units="CNTS")), ";")
    # What the ball holds, times the factor.
    expect(view(page, "axial").locator('[data-part="where"]')).to_contain_text(f"SUV bw {8 * ONE * 0.0005:.2f} g/ml")


def test_values_decayed_to_the_injection_or_not_at_all(site: str, sign_in: SignIn) -> None:
    page = at_the_ball(opened(sign_in(people.radiologist()), site, pet_study(DecayCorrection="ADMIN")), ";")
    # All of the 370 MBq count: 8 by the activity at the scan are 5.48.
    expect(view(page, "axial").locator('[data-part="where"]')).to_contain_text(f"SUV bw {8 * 2 ** (-3600 / 6586.2):.2f} g/ml")
    in_room(opened(page, site, pet_study(DecayCorrection="NONE")), ";")
    expect(page.locator("[data-fusion-note]")).to_have_text("No SUV: the values are not corrected for decay in a known way.")


def test_the_volume_page_has_no_serious_fault(site: str, sign_in: SignIn, no_serious_fault: Callable[[Page], None]) -> None:
    no_serious_fault(in_room(opened(sign_in(people.radiologist()), site, pet_study()), ";"))
