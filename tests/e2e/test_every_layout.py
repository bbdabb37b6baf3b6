"""Every layout of the reading room in both languages: pictured, nothing cut off, nothing off the screen, no serious fault.

The pictures lie in the folder that pytest's --output names (test-results); somebody looks at them before a release.
Not covered: whether a layout is beautiful, other sizes of the screen, several monitors.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from imaging.access.models import User
from imaging.archive.models import Study
from tests import people
from tests.e2e.test_every_page import fits, hear_problems
from tests.e2e.test_fusion import pet_study
from tests.e2e.test_layouts import pick
from tests.e2e.volume_room import SLOW, in_room, opened
from tests.imaging import pictures
from tests.reporting import stories

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]
SignIn = Callable[[User], Page]
# Words that end in nothing, where the reader would not know that there is more.
CUT_OFF = """() => [...document.querySelectorAll('.tools *, .patient-banner *, .rail *, .room-bar *, .pane [data-part], dialog[open] *')]
  .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()) && element.checkVisibility())
  .filter((element) => element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX === 'hidden')
  .filter((element) => getComputedStyle(element).textOverflow !== 'ellipsis' && !element.closest('.visually-hidden'))
  .map((element) => element.outerHTML.slice(0, 120))"""


def hung(page: Page, number: int) -> None:
    """So many viewports, and nothing of theirs still on its way."""
    expect(page.locator(".viewports .pane:visible")).to_have_count(number)
    expect(page.locator("html")).to_have_attribute("data-viewer", "complete", timeout=SLOW)


def one(page: Page) -> None:
    hung(page, 1)


def grid(rows: int, columns: int) -> Callable[[Page], None]:
    def picked(page: Page) -> None:
        pick(page, f"{rows} × {columns}")
        hung(page, rows * columns)

    return picked


def free(page: Page) -> None:
    grid(1, 2)(page)
    page.keyboard.press("Shift+ArrowDown")
    hung(page, 3)


def enlarged(page: Page) -> None:
    page.locator(".pane").first.dblclick(position={"x": 100, "y": 200})
    hung(page, 1)


def compared(page: Page) -> None:
    grid(1, 1)(page)
    page.keyboard.press(",")
    hung(page, 2)


def charted(page: Page) -> None:
    grid(1, 1)(page)
    page.keyboard.press("c")


def room(key: str) -> Callable[[Page], None]:
    def entered(page: Page) -> None:
        in_room(page, key)

    return entered


LAYOUTS: dict[str, Callable[[Page], None]] = {
    "1x1": one,
    **{f"{rows}x{columns}": grid(rows, columns) for rows, columns in ((1, 2), (2, 1), (2, 2), (2, 3), (3, 3), (4, 4))},
    "free": free,
    "enlarged": enlarged,
    "compared": compared,
    "chart": charted,
    "planes": room("u"),
    "solid": room("Shift+U"),
    "fusion": room(";"),
}


@pytest.fixture
def pictured(pytestconfig: pytest.Config) -> Iterator[Path]:
    folder = Path(pytestconfig.getoption("--output")) / "layouts"
    folder.mkdir(parents=True, exist_ok=True)
    yield folder


def busy_exam() -> Study:
    """CT and PET of a chest, with a prior and a report that is being written."""
    patient = people.lin_mei_hua()
    exam = pictures.exam_of(patient)
    stories.report_open(exam=exam, user=people.radiologist(), language="en")
    study = pet_study(exam=exam)
    pictures.stack_for(pictures.exam_of(patient, "CT24010100001"), 6, StudyDate="20240101", SeriesDescription="Lung 2 mm")
    return study


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_layout(site: str, sign_in: SignIn, pictured: Path, no_serious_fault: Callable[[Page], None], language: str) -> None:
    reader = people.radiologist()
    reader.language = language
    reader.save()
    page = sign_in(reader)
    problems = hear_problems(page)
    opened(page, site, busy_exam())
    for name, arrange in LAYOUTS.items():
        arrange(page)
        page.screenshot(path=pictured / f"{name}.{language}.png")
        assert fits(page), name
        assert page.evaluate(CUT_OFF) == [], name
    no_serious_fault(page)
    assert problems == []
