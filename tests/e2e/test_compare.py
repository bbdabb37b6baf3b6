"""Comparing in a real browser: the prior that fits, linked scrolling with a shift by hand, the 3D point, flicker.

Not covered: which slice belongs to which (static/viewer/tests), the order of priors (tests/imaging/viewer/test_priors.py).
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from imaging.access.models import User
from imaging.viewer.models import Annotation
from tests import people
from tests.e2e.test_viewer import drag
from tests.imaging import pictures
from tests.imaging.phantoms import Ball, Phantom

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SLOW = 40_000
SignIn = Callable[[User], Page]


def where(page: Page, pane: int) -> Locator:
    return page.locator(".viewports > .pane").nth(pane).locator('[data-part="where"]')


def opened(page: Page, address: str) -> Page:
    page.goto(address)
    expect(page.locator("html")).to_have_attribute("data-viewer", "complete", timeout=SLOW)
    return page


def with_a_prior(site: str, page: Page) -> Page:
    """Eight slices today; twelve earlier, in another frame of reference, and a chest film that is newer."""
    patient = people.lin_mei_hua()
    study = pictures.stack_for(pictures.exam_of(patient), 8)
    pictures.stack_for(
        pictures.exam_of(patient, "CT24010100001"), 12, StudyDate="20240101", FrameOfReferenceUID="1.2.9", SeriesDescription="Lung 2 mm"
    )
    return opened(page, f"{site}/viewer/{study.study_instance_uid}/")


def test_the_prior_is_beside_it_and_follows(site: str, sign_in: SignIn) -> None:
    page = with_a_prior(site, sign_in(people.radiologist()))
    expect(page.locator("[data-rail]")).to_contain_text("same region, same modality")
    page.keyboard.press(",")
    expect(where(page, 1)).to_contain_text("Im 1 / 12", timeout=SLOW)
    expect(where(page, 0)).to_contain_text("Im 1 / 8")
    expect(page.locator(".tools [data-act=sync]").first).to_have_attribute("aria-pressed", "true")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    expect(where(page, 1)).to_contain_text("Im 4 / 12")
    page.keyboard.press("]")
    expect(where(page, 0)).to_contain_text("Im 5 / 8")
    expect(where(page, 1)).to_contain_text("Im 4 / 12")
    page.keyboard.press("ArrowDown")
    expect(where(page, 1)).to_contain_text("Im 5 / 12")


def test_what_is_measured_on_the_prior_is_kept_with_it(site: str, sign_in: SignIn) -> None:
    page = with_a_prior(site, sign_in(people.radiologist()))
    page.keyboard.press(",")
    expect(where(page, 1)).to_contain_text("Im 1 / 12", timeout=SLOW)
    expect(page.locator("html")).to_have_attribute("data-viewer", "complete", timeout=SLOW)
    page.keyboard.press("l")
    box = page.locator(".surface").nth(1).bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    with page.expect_response(lambda answer: answer.request.method == "PUT" and "/annotations/" in answer.url and answer.ok):
        drag(page, (box["x"] + 100, y), (box["x"] + 200, y))
    kept = Annotation.objects.get()
    assert str(kept.study.study_date) == "2024-01-01"
    page.reload()
    expect(where(page, 1)).to_contain_text("Im 1 / 12", timeout=SLOW)
    expect(page.locator(".pane").nth(1).locator("svg text").first).to_contain_text("mm", timeout=SLOW)


def test_flicker_shows_one_after_the_other_in_one_place(site: str, sign_in: SignIn) -> None:
    page = with_a_prior(site, sign_in(people.radiologist()))
    page.keyboard.press("j")
    expect(page.locator("[data-announce]")).to_contain_text("needs two viewports")
    page.keyboard.press(",")
    expect(where(page, 1)).to_contain_text("Im 1 / 12", timeout=SLOW)
    page.keyboard.press("j")
    first, second = (page.locator(".viewports > .pane").nth(index) for index in (0, 1))
    expect(first).to_be_visible()
    expect(second).not_to_be_visible()
    expect(second).to_be_visible()
    expect(first).not_to_be_visible()
    assert first.evaluate("pane => pane.offsetWidth") == second.evaluate("pane => pane.offsetWidth")
    page.keyboard.press("j")
    expect(first).to_be_visible()
    expect(second).to_be_visible()


def test_after_flicker_both_are_as_large_as_before(site: str, sign_in: SignIn) -> None:
    page = with_a_prior(site, sign_in(people.radiologist()))
    page.keyboard.press(",")
    expect(where(page, 1)).to_contain_text("Im 1 / 12", timeout=SLOW)
    expect(page.locator("html")).to_have_attribute("data-viewer", "complete", timeout=SLOW)
    second = page.locator(".viewports > .pane").nth(1)
    second.focus()
    for _ in range(3):
        page.keyboard.press("+")
    size = page.locator(".viewports > .pane").locator('[data-part="window"]')
    expect(size.nth(1)).not_to_have_text(size.nth(0).text_content() or "")
    before = size.all_text_contents()
    page.keyboard.press("j")
    expect(second).to_be_visible()
    expect(size.nth(1)).not_to_have_text(before[1])
    page.keyboard.press("j")
    expect(page.locator("[data-flickers]")).to_have_count(0)
    expect(size).to_have_text(before)


def test_the_plane_and_a_point_of_it_are_shown_in_another_one(site: str, sign_in: SignIn) -> None:
    phantom = Phantom((Ball((20, 14.5, -260), 9, 1000),), slices=20, origin=(-48, -50, -280))
    study = phantom.send()
    # The same place cut across: coronal slices from front to back.
    across = {"ImageOrientationPatient": [1, 0, 0, 0, 0, -1], "SeriesNumber": 4, "SeriesDescription": "Coronal"}
    for number in range(20):
        pictures.send(
            phantom.slice(
                number,
                StudyInstanceUID=study.study_instance_uid,
                SeriesInstanceUID="1.2.77",
                ImagePositionPatient=[-48, -20 + 3 * number, -200],
                **across,
            )
        )
    page = opened(sign_in(people.radiologist()), f"{site}/viewer/{study.study_instance_uid}/")
    page.get_by_role("button", name="1 × 2").click()
    expect(where(page, 1)).to_contain_text("Im 1 / 20", timeout=SLOW)
    page.keyboard.press("e")
    expect(page.locator(".viewports > .pane").nth(1).locator("svg line").first).to_be_attached()
    page.keyboard.press("x")
    page.keyboard.press(".")
    pane = page.locator(".viewports > .pane").first
    box = pane.bounding_box()
    assert box is not None
    # 96 mm lie across the pane; 20 mm left of the middle is 20.5 from the centre, y 13 is 15.75 below it.
    scale = min(box["width"], box["height"]) / 96
    page.mouse.click(box["x"] + box["width"] / 2 + 20.5 * scale, box["y"] + box["height"] / 2 + 15.75 * scale)
    expect(where(page, 1)).to_contain_text("y 13.0 mm")
    mark = page.locator(".viewports > .pane").nth(1).locator("[data-cursor-mark]")
    expect(mark).to_be_visible()
