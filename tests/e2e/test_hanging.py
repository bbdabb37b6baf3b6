"""Hanging protocols by demonstration: arranged, saved, changed, tried, and the next scan opens so; keys and mouse buttons as chosen.

Not covered here: what is chosen and proposed in detail (tests/imaging/viewer/hanging), and PET fusion that a protocol opens.
"""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from imaging.access.models import User
from imaging.viewer.hanging.rules import rule_read
from imaging.viewer.hanging.selectors import protocols_in_force
from imaging.viewer.hanging.services import hanging_add
from imaging.viewer.keys.selectors import keys_in_use
from imaging.viewer.keys.services import keys_save
from tests import people
from tests.e2e.test_viewer import corner, drag, opened
from tests.imaging.viewer.hanging.scans import chest_of, rule_for_chest

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SLOW = 30_000
SignIn = Callable[[User], Page]


def asked_by(page: Page, site: str, study: Any) -> set[str]:
    """What the page asks for beside pictures and scripts until the study is there; the news and the next exam come when they come."""
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url.removeprefix(site).partition("?")[0]))
    with page.expect_request(lambda request: request.url.endswith("/annotations/"), timeout=SLOW):
        opened(page, site, study)
    later = ("/dicomweb/", "/static/", "/live/", "/reading/")
    return {address for address in asked if address.startswith("/") and not address.startswith(later)}


def test_a_layout_is_demonstrated_and_the_next_scan_opens_so(site: str, sign_in: SignIn, no_serious_fault: Callable[[Page], None]) -> None:
    reader = people.radiologist()
    first, second = chest_of("CT1"), chest_of("CT2", people.lin_mei_hua(), soft=False)
    page = sign_in(reader)
    plain = asked_by(page, site, first)
    page.keyboard.press("Shift+ArrowRight")
    expect(corner(page, "what", 1)).to_contain_text("Mediastinum", timeout=SLOW)
    expect(page.locator(".pane").nth(1)).to_have_attribute("data-shown", "image", timeout=SLOW)
    page.locator(".pane").nth(1).click(position={"x": 60, "y": 200})
    page.keyboard.press("2")
    for key in ("i", "Shift+R", "+", "+", "End"):
        page.keyboard.press(key)
    expect(corner(page, "where", 1)).to_contain_text("Im 3 / 3", timeout=SLOW)
    zoomed = corner(page, "window", 1).text_content() or ""
    page.keyboard.press("Shift+K")
    dialog = page.locator("[data-hanging-dialog]")
    expect(dialog).to_contain_text("CT, axial, “mediastinum”, Mediast., 270°, inverted, 1.44 ×, Last image", timeout=SLOW)
    no_serious_fault(page)
    dialog.get_by_label("Name").fill("Chest of mine")
    dialog.locator("summary").nth(1).click()
    dialog.locator("[name=p1-rotation]").select_option("0")
    expect(dialog.locator("#said-p1")).to_have_text("CT, axial, “mediastinum”, Mediast., inverted, 1.44 ×, Last image")
    dialog.locator("[data-try]").click()
    tried = dialog.locator(f"[data-tried='{second.study_instance_uid}']")
    expect(tried).to_contain_text("partly hung", timeout=SLOW)
    expect(tried).to_contain_text("No series fits: CT, axial, “mediastinum”")
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(dialog).to_be_hidden()
    expect(page.locator(".toast")).to_contain_text("Chest of mine")
    [kept] = protocols_in_force(reader)
    assert [pane.look.rotation for pane in kept.rule.panes] == [0, 0]

    page = page.context.new_page()
    assert asked_by(page, site, first) <= plain
    expect(page.locator(".pane")).to_have_count(2)
    expect(corner(page, "what", 0)).to_contain_text("Lung")
    expect(corner(page, "what", 1)).to_contain_text("Mediastinum")
    expect(corner(page, "window", 1)).to_have_text(zoomed, timeout=SLOW)
    expect(corner(page, "where", 1)).to_contain_text("Im 3 / 3")
    opened(page, site, second)
    expect(corner(page, "message", 1)).to_contain_text("No series fits: CT, axial, “mediastinum”")
    page.keyboard.press("Shift+V")
    expect(page.locator(".pane")).to_have_count(1)
    page.keyboard.press("Shift+V")
    expect(page.locator(".pane")).to_have_count(2)
    page.keyboard.press("Shift+B")
    expect(page.locator(".pane")).to_have_count(1)
    expect(corner(page, "what", 0)).to_contain_text("Lung")


def test_planes_open_by_themselves_and_keys_and_buttons_are_as_chosen(site: str, sign_in: SignIn) -> None:
    reader = people.radiologist()
    document = rule_for_chest() | {"room": {"kind": "mpr", "pane": 0, "slab": "mip", "thickness": 12}, "lines": True, "sync": True}
    hanging_add(user=reader, name="Planes", rule=rule_read(document))
    keys_save(
        user=reader, keys={"length": "shift+q", "prior-next": "l", "flip": "space", "cine": ""}, tools={"left": "scroll", "right": "pan"}
    )
    page = opened(sign_in(reader), site, chest_of("CT1", images=8))
    expect(page.locator("[data-room]")).to_have_attribute("data-state", "shown", timeout=60_000)
    expect(page.locator("[data-room-slab]")).to_have_value("mip")
    expect(page.locator("[data-room-thickness-shown]")).to_have_text("12 mm")
    page.keyboard.press("Escape")
    expect(page.locator("[data-act=scroll]").first).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-act=lines]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-act=sync]")).to_have_attribute("aria-pressed", "true")
    box = page.locator(".pane").first.bounding_box()
    assert box is not None
    drag(page, (box["x"] + 100, box["y"] + 100), (box["x"] + 100, box["y"] + 220))
    expect(corner(page, "where", 0)).not_to_contain_text("Im 1 /", timeout=SLOW)
    expect(corner(page, "edge-left", 0)).to_have_text("R")
    page.keyboard.press("Space")  # a tool in a closed menu
    expect(corner(page, "edge-left", 0)).to_have_text("L")
    page.keyboard.press("Shift+Q")
    expect(page.locator("[data-act=length]").first).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("l")
    expect(page.locator("[data-announce]")).to_have_text("There is no earlier study.")
    page.keyboard.press("?")
    help_ = page.locator("#keys-dialog")
    expect(help_.locator("dd", has_text="Measure a length").locator("xpath=preceding-sibling::dt[1]")).to_contain_text("Q")

    page.goto(f"{site}/viewer-keys/")
    field = page.locator("#key-angle")
    field.focus()
    page.keyboard.press("Shift+Q")
    expect(field).to_have_value("shift+q")
    expect(page.locator("#key-problems")).to_contain_text(
        "“shift+q” would do two things: Measure a length; Measure an angle.", timeout=SLOW
    )
    page.keyboard.press("Backspace")
    expect(page.locator("#key-problems")).to_be_empty(timeout=SLOW)
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".toast")).to_contain_text("Kept.")
    assert keys_in_use(reader).keys["angle"] == ""
