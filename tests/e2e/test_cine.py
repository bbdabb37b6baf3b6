"""Playing a stack: speed, order and part, each viewport its own. Not covered: whether the screen keeps up with the rate."""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from imaging.access.models import User
from imaging.archive.models import Study
from tests import people
from tests.e2e.test_viewer import corner, drag, opened
from tests.imaging import pictures

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SLOW = 30_000
SignIn = Callable[[User], Page]


def clip(frames: int = 12, **attributes: Any) -> Study:
    study = pictures.send(pictures.colour_picture(np.zeros((frames, 64, 64, 3), "u1"), **attributes)).study
    assert study is not None
    return study


def seen(pane: Locator, count: int) -> list[int]:
    """The next `count` pictures that the pane shows, in their order."""
    return pane.evaluate(
        """(pane, count) => new Promise((done) => {
            const all = [];
            new MutationObserver((_, watcher) => {
                const image = Number(pane.dataset.image);
                if (image !== all[all.length - 1]) all.push(image);
                if (all.length >= count) { watcher.disconnect(); done(all); }
            }).observe(pane, {attributes: true, attributeFilter: ['data-image']});
        })""",
        count,
    )


def test_a_clip_plays_as_it_says_and_as_is_chosen(site: str, sign_in: SignIn) -> None:
    study = clip(RecommendedDisplayFrameRate="20", StartTrim="3", StopTrim="6", PreferredPlaybackSequencing=1)
    page = opened(sign_in(people.radiologist()), site, study)
    pane, bar = page.locator(".pane").first, page.get_by_role("group", name="Cine")
    page.keyboard.press("Space")
    expect(bar).to_contain_text("20 / s")
    expect(bar).to_contain_text("3 – 6")
    found = seen(pane, 12)
    assert set(found) <= {1, 3, 4, 5, 6}
    steps = {b - a for a, b in pairwise(found[2:])}
    assert {1, -1} <= steps, found  # forth and back; a busy machine leaves pictures out
    bar.get_by_role("combobox").select_option("loop")
    bar.locator("[data-cine=all]").click()
    expect(bar).to_contain_text("1 – 12")
    found = seen(pane, 15)
    assert all((b - a) % 12 <= 4 for a, b in pairwise(found[1:])), found  # always onward
    bar.get_by_role("combobox").select_option("once")
    expect(corner(page, "where")).to_contain_text("Im 12 / 12", timeout=SLOW)
    expect(bar.get_by_role("button", name="Play or stop")).to_have_attribute("aria-pressed", "false")
    expect(page.locator("[data-act=cine]")).to_have_attribute("aria-pressed", "false")
    bar.get_by_role("button", name="Close").click()
    expect(bar).to_be_hidden()


def test_each_viewport_plays_for_itself(site: str, sign_in: SignIn) -> None:
    exam = pictures.exam_of(people.lin_mei_hua())
    for number in (2, 3):
        study = pictures.stack_for(exam, 6, SeriesInstanceUID=f"1.2.3.{number}", SeriesNumber=number, SeriesDescription=f"Part {number}")
    page = opened(sign_in(people.radiologist()), site, study)
    page.get_by_role("button", name="2 × 2").click()
    expect(corner(page, "what", 1)).to_contain_text("Part 3", timeout=SLOW)
    expect(page.locator("html")).to_have_attribute("data-viewer", "complete", timeout=SLOW)
    first, second = page.locator(".pane").nth(0), page.locator(".pane").nth(1)
    first.locator("[data-surface]").hover()
    page.keyboard.press("Space")
    second.click(position={"x": 100, "y": 150})
    page.keyboard.press("Space")
    second.locator("[data-cine-rate]").fill("5")
    expect(second.get_by_role("group", name="Cine")).to_contain_text("5 / s")
    expect(first.get_by_role("group", name="Cine")).to_contain_text("15 / s")
    assert len(seen(first, 4)) == len(seen(second, 3)) + 1
    second.locator("[data-cine=play]").click()
    expect(second).not_to_have_attribute("data-cine", "")
    expect(first).to_have_attribute("data-cine", "")
    page.locator(".rail-tile", has_text=re.compile("Part 3")).drag_to(first, target_position={"x": 60, "y": 60})
    expect(first).not_to_have_attribute("data-cine", "")
    expect(first.get_by_role("group", name="Cine")).to_be_hidden()


def test_the_slider_gives_the_keys_back_to_the_images(site: str, sign_in: SignIn) -> None:
    page = opened(sign_in(people.radiologist()), site, clip(30))
    bar = page.get_by_role("group", name="Cine")
    page.keyboard.press("Space")
    bar.get_by_role("button", name="Play or stop").click()
    slider = bar.locator("[data-cine-rate]")
    box = slider.bounding_box()
    assert box is not None
    drag(page, (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2), (box["x"] + box["width"] * 0.8, box["y"] + box["height"] / 2))
    rate = slider.input_value()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    expect(corner(page, "where")).to_contain_text("Im 2 / 30")
    expect(slider).to_have_value(rate)
    bar.get_by_role("combobox").select_option("once")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(slider).not_to_have_value(rate)  # who came by keyboard stays
    expect(slider).to_be_focused()
