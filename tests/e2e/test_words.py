"""The words beside marks: whole, in sight, where they were put; and how they are entered.

Not covered: the window of a real input method, of which only what it tells the page is played here.
"""

import pytest
from playwright.sync_api import Locator, Page, expect

from imaging.viewer.models import Annotation
from tests.e2e.test_drawing import SignIn, bench_of, kept
from tests.e2e.test_measurements import Bench
from tests.e2e.test_viewer import surface
from tests.system import until

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def entry(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Words on the picture")


def box_of(place: Locator) -> dict[str, float]:
    box = place.bounding_box()
    assert box is not None
    return dict(box)


def note(bench: Bench, place: tuple[float, float], words: str) -> None:
    def write() -> None:
        bench.click(place)
        entry(bench.page).fill(words)
        bench.page.keyboard.press("Enter")

    bench.measure("Shift+N", write)


def is_inside(inner: dict[str, float], outer: dict[str, float]) -> bool:
    sides = (("x", "width"), ("y", "height"))
    return all(outer[at] <= inner[at] and inner[at] + inner[size] <= outer[at] + outer[size] for at, size in sides)


def is_clear_of(one: dict[str, float], other: dict[str, float]) -> bool:
    return any(one[at] + one[size] <= other[at] or other[at] + other[size] <= one[at] for at, size in (("x", "width"), ("y", "height")))


def test_words_are_whole_at_the_edge_and_clear_of_the_corners(site: str, sign_in: SignIn) -> None:
    bench = bench_of(sign_in, site)
    page = bench.page
    note(bench, (100, 100), "右肺上叶尖后段磨玻璃结节 " * 6 + "<b>nodule</b>")
    bench.measure("l", lambda: bench.drag((5, 5), (12, 5)))
    words, length = page.locator(".pane svg text", has_text="右肺上叶"), page.locator(".pane svg text", has_text="mm")
    expect(words).to_contain_text("<b>nodule</b>")
    for turn in ("Shift+F", "r", "h"):
        page.keyboard.press(turn)
        until(lambda: is_inside(box_of(words), surface(page)), f"the note is whole after {turn}")
    page.keyboard.press("x")
    who = box_of(page.locator('[data-part="who"]').first)
    until(lambda: is_clear_of(box_of(length), who), "the length is not under the name")
    assert page.locator(".pane svg b").count() == 0


def test_words_go_out_of_sight_with_their_mark(site: str, sign_in: SignIn) -> None:
    bench = bench_of(sign_in, site)
    page = bench.page
    bench.measure("l", lambda: bench.drag((5, 20), (12, 20)))
    length = page.locator(".pane svg text")
    expect(length).to_be_visible()
    for _ in range(8):
        page.keyboard.press("=")
    expect(length).to_be_hidden()
    page.keyboard.press("Shift+F")
    expect(length).to_be_visible()


def test_words_stay_where_they_were_put(site: str, sign_in: SignIn) -> None:
    bench = bench_of(sign_in, site)
    page = bench.page
    bench.measure("l", lambda: bench.drag((14, 30), (85, 30)))
    words = page.locator(".pane svg text")
    before = box_of(words)
    middle = (before["x"] + before["width"] / 2, before["y"] + before["height"] / 2)
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0], middle[1] + 100, steps=4)
    page.mouse.up()
    until(lambda: Annotation.objects.get().data["handles"]["textBox"]["hasMoved"], "the moved words were not kept")
    page.reload()
    expect(words).to_be_visible(timeout=30_000)
    assert box_of(words)["y"] == pytest.approx(before["y"] + 100, abs=3)


def test_the_enter_of_an_input_method_does_not_end_the_entry(site: str, sign_in: SignIn) -> None:
    bench = bench_of(sign_in, site)
    page = bench.page
    page.keyboard.press("Shift+N")
    bench.click((30, 60))
    expect(entry(page)).to_be_focused()
    page.context.new_cdp_session(page).send("Input.imeSetComposition", {"text": "jiejie", "selectionStart": 6, "selectionEnd": 6})
    page.keyboard.press("Enter")
    expect(entry(page)).to_be_visible()
    entry(page).fill("结节")
    page.keyboard.press("Enter")
    until(lambda: kept() == 1, "the note was not kept")
    assert Annotation.objects.get().data["label"] == "结节"
    bench.click((30, 90))
    expect(entry(page)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-text-entry]")).to_be_hidden()
    expect(page.locator(".pane svg text")).to_have_count(1)


def test_words_are_changed_where_they_stand_or_by_a_key_and_put_back(site: str, sign_in: SignIn) -> None:
    bench = bench_of(sign_in, site)
    page = bench.page
    note(bench, (60, 60), "nodul")
    shown = page.locator(".pane svg text")
    page.keyboard.press("w")
    page.mouse.dblclick(*middle_of(shown))
    expect(entry(page)).to_have_value("nodul")
    assert page.locator("[data-viewports][data-enlarged]").count() == 0
    entry(page).fill("nodule")
    page.keyboard.press("Enter")
    expect(shown).to_have_text("nodule")
    until(lambda: Annotation.objects.get().data["label"] == "nodule", "the new words were not kept")

    page.keyboard.press("'")
    page.keyboard.press("F2")
    expect(entry(page)).to_have_value("nodule")
    page.keyboard.press("Escape")
    expect(shown).to_have_text("nodule")
    page.keyboard.press("Control+z")
    expect(shown).to_have_text("nodul")
    until(lambda: Annotation.objects.get().data["label"] == "nodul", "the words before were not kept")


def middle_of(place: Locator) -> tuple[float, float]:
    box = box_of(place)
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
