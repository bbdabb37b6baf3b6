"""Marks by keys alone, and those of others.

Not covered: marks on planes through volumes.
"""

import re

import pytest
from playwright.sync_api import expect

from imaging.viewer.models import Annotation
from tests import people
from tests.e2e.test_drawing import SignIn, bench_of, drawn
from tests.e2e.test_measurements import Bench
from tests.e2e.test_viewer import opened
from tests.imaging import pictures

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_what_others_measured_stays_and_says_so(site: str, sign_in: SignIn) -> None:
    study = pictures.stack(1, PixelSpacing=[0.5, 0.5])
    bench = Bench(opened(sign_in(people.radiologist()), site, study))
    bench.measure("l", lambda: bench.drag((14, 30), (85, 30)))
    before = Annotation.objects.get().data
    page = opened(sign_in(people.resident()), site, study)
    expect(page.locator(".pane svg text")).to_contain_text("35.")
    bench.drag((85, 30), (60, 60))
    expect(page.locator("[data-announce]")).to_contain_text("Somebody else measured this")
    expect(page.locator(".pane svg text")).to_contain_text("35.")
    page.keyboard.press("'")
    page.keyboard.press("Delete")
    expect(page.locator("[data-announce]")).to_contain_text("Only who made a measurement may remove it")
    assert Annotation.objects.get(removed_at=None).data == before


def test_marks_are_chosen_and_removed_by_keys(site: str, sign_in: SignIn) -> None:
    bench = bench_of(sign_in, site, 2)
    page, said = bench.page, bench.page.locator("[data-announce]")
    page.keyboard.press("'")
    expect(said).to_contain_text("Nothing is measured on this image")
    page.keyboard.press("Delete")
    expect(said).to_contain_text("Choose a measurement first")
    bench.measure("l", lambda: bench.drag((14, 30), (115, 30)))
    bench.measure("l", lambda: bench.drag((14, 60), (65, 60)))
    page.keyboard.press("'")
    page.keyboard.press("'")
    expect(said).to_have_text(re.compile(r"^[12] of 2: (50|25)\.\d mm$"))
    chosen = (said.text_content() or "").split(": ")[1]
    page.keyboard.press("ArrowDown")
    expect(drawn(page)).to_have_count(0)
    page.keyboard.press("Delete")
    expect(said).to_contain_text("Choose a measurement first")
    page.keyboard.press("ArrowUp")
    expect(page.locator(".pane svg text")).to_have_count(2)
    page.keyboard.press("'")
    while (said.text_content() or "").split(": ")[1] != chosen:
        page.keyboard.press("'")
    page.keyboard.press("Delete")
    expect(said).to_contain_text("Measurement removed")
    expect(page.locator(".pane svg text")).to_have_count(1)
    expect(page.locator(".pane svg text")).not_to_contain_text(chosen)
    page.keyboard.press("Control+z")
    expect(page.locator(".pane svg text")).to_have_count(2)
