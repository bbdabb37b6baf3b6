"""A referring clinician on a ward, with a phone: list, report, pictures under the fingers, upright and on its side.

Not covered: Safari, a real slow line (bytes are counted, not seconds), and cine of long clips.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, Route, expect

from imaging.access.models import User
from imaging.viewer.services import key_image_add
from reporting.reports.services import report_sign
from tests import people
from tests.imaging import pictures
from tests.reporting import stories

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
UPRIGHT, ON_ITS_SIDE = {"width": 360, "height": 740}, {"width": 740, "height": 360}
PHONE = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36"
SLOW = 15_000
TARGETS = """() => [...document.querySelectorAll('a, button, input:not([type=hidden]), select, summary')]
  .filter((one) => one.checkVisibility({visibilityProperty: true}) && !one.matches('.skip'))
  .map((one) => [one, one.getBoundingClientRect()])
  .filter(([one, box]) => one.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)))
  .filter(([, box]) => box.width && (box.width < 43.5 || box.height < 43.5))
  .map(([one, box]) => `${one.outerHTML.slice(0, 80)} ${box.width}x${box.height}`)"""


@pytest.fixture
def on_phone(site: str, browser: Browser) -> Iterator[Callable[[User], Page]]:
    """Somebody's phone, signed in."""
    context = browser.new_context(
        viewport=UPRIGHT, has_touch=True, is_mobile=True, user_agent=PHONE, device_scale_factor=2, reduced_motion="reduce"
    )

    def signed_in(user: User) -> Page:
        client = Client()
        client.force_login(user)
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": site}])
        return context.new_page()

    yield signed_in
    context.close()


class Fingers:
    """One or two on the stage, as a screen tells of them."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)
        box = page.locator(".light-stage").bounding_box()
        assert box is not None
        self.middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def move(self, *ways: tuple[tuple[float, float], tuple[float, float]]) -> None:
        """Each finger from one place to another, given from the middle of the stage."""
        for step in range(6):
            at = [(start[0] + (end[0] - start[0]) * step / 5, start[1] + (end[1] - start[1]) * step / 5) for start, end in ways]
            self._tell("touchMove" if step else "touchStart", at)
        self._tell("touchEnd", [])

    def _tell(self, kind: str, places: list[tuple[float, float]]) -> None:
        points = [{"x": self.middle[0] + x, "y": self.middle[1] + y, "id": number} for number, (x, y) in enumerate(places)]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def is_for_fingers(page: Page) -> None:
    assert fits(page)
    assert page.evaluate(TARGETS) == []


def reported_exam(count: int = 12) -> Any:
    exam = stories.finished_exam()
    study = pictures.stack_for(exam, count)
    third = study.series.get().instances.order_by("instance_number")[2]
    key_image_add(user=people.radiologist(), instance=third, frame=1, look={"window_centre": -600.0, "window_width": 1500.0}, caption="")
    report_sign(report=stories.preliminary(exam, people.radiologist()), user=people.radiologist(), password=people.PASSWORD)
    return exam


def test_from_the_list_to_report_and_pictures_under_the_fingers(
    site: str, on_phone: Callable[[User], Page], no_serious_fault: Callable[[Page], None]
) -> None:
    reported_exam()
    page = on_phone(people.clinician())
    page.goto(f"{site}/exams/")
    expect(page.locator(".table.cards tbody tr")).to_contain_text("LIN, Mei-Hua")
    is_for_fingers(page)
    no_serious_fault(page)

    page.locator(".card-open").tap()
    expect(page.locator(".light-report")).to_contain_text(stories.IMPRESSION)
    expect(page.locator(".patient-banner")).to_contain_text("00482913")
    is_for_fingers(page)
    no_serious_fault(page)

    # The key image leads to its place, with its window.
    page.locator(".report-pictures img").tap()
    stage = page.locator(".light-stage")
    expect(stage).to_have_attribute("data-shown", "image", timeout=SLOW)
    expect(page.locator('[data-part="number"]')).to_have_text("3 of 12")
    expect(page.locator('[data-tool="window"]')).to_contain_text("Lung")
    expect(page.locator(".patient-banner .name")).to_be_visible()
    expect(stage).not_to_have_attribute("data-coarse", "", timeout=SLOW)
    is_for_fingers(page)
    no_serious_fault(page)


def test_one_finger_two_fingers_and_sheets_upright_and_on_its_side(site: str, on_phone: Callable[[User], Page]) -> None:
    exam = stories.finished_exam()
    pictures.stack_for(exam, 12)
    page = on_phone(people.clinician())
    page.goto(f"{site}/exams/{exam.accession_number}/light/")
    stage = page.locator(".light-stage")
    expect(stage).to_have_attribute("data-shown", "image", timeout=SLOW)
    fingers = Fingers(page)
    fingers.move(((0, 60), (0, -40)))
    expect(page.locator('[data-part="number"]')).not_to_have_text("1 of 12")
    at = page.locator('[data-part="number"]').text_content()
    fingers.move(((-20, 0), (-90, 0)), ((20, 0), (90, 0)))
    assert page.locator('[data-part="number"]').text_content() == at, "two fingers do not scroll"

    page.locator('[data-tool="window"]').tap()
    page.get_by_role("button", name="Bone").tap()
    expect(page.locator('[data-tool="window"]')).to_contain_text("Bone")

    page.locator('[data-tool="fit"]').tap()
    page.locator('[data-tool="length"]').tap()
    fingers.move(((-90, 0), (90, 0)))
    expect(stage).to_have_attribute("data-length", "64.0 mm")
    page.locator('[data-tool="length"]').tap()

    page.locator('[data-tool="series"]').tap()
    expect(page.locator('[data-sheet="series"] .sheet-row')).to_contain_text("12 images")
    is_for_fingers(page)
    page.locator('[data-sheet="series"] .sheet-row').tap()
    expect(page.locator('[data-part="number"]')).to_have_text("1 of 12")

    page.set_viewport_size(ON_ITS_SIDE)
    expect(page.locator(".patient-banner .name")).to_be_in_viewport(ratio=1)
    expect(page.locator(".light-stage canvas")).to_be_in_viewport(ratio=1)
    is_for_fingers(page)
    page.locator('[data-part="scrub"]').focus()
    page.keyboard.press("End")
    expect(page.locator('[data-part="number"]')).to_have_text("12 of 12")


def test_little_is_sent_and_what_is_damaged_or_lost_is_said(site: str, on_phone: Callable[[User], Page]) -> None:
    exam = stories.finished_exam()
    uids = {"StudyInstanceUID": exam.study_instance_uid, "SeriesInstanceUID": "1.2.3.9.1", "AccessionNumber": exam.accession_number}
    study = pictures.stack(1, side=512, **uids)
    damaged = pictures.slice_of(2, side=512, **uids)
    damaged.PixelData = bytes(64)
    pictures.send(damaged)
    pictures.send(pictures.slice_of(3, side=512, ImageOrientationPatient=None, PatientOrientation=["L", "F"], **uids))
    page = on_phone(people.clinician())
    scripts: list[str] = []
    page.on("request", lambda request: scripts.append(request.url) if request.resource_type == "script" else None)
    with page.expect_response(lambda answer: "/rendered" in answer.url and answer.ok) as first:
        page.goto(f"{site}/viewer/{study.study_instance_uid}/")
    stage = page.locator(".light-stage")
    expect(stage).to_have_attribute("data-shown", "image", timeout=SLOW)
    assert len(first.value.body()) < 20_000
    assert not [one for one in scripts if one.endswith("/viewer.js")]

    page.locator('[data-part="scrub"]').focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-message]")).to_contain_text("This image cannot be shown.")
    expect(stage).to_have_attribute("data-shown", "none")
    page.keyboard.press("ArrowRight")
    expect(stage).to_have_attribute("data-shown", "image")
    for side, letter in {"left": "R", "right": "L", "top": "H", "bottom": "F"}.items():
        expect(page.locator(f'[data-part="side-{side}"]')).to_have_text(letter)

    page.context.set_offline(True)
    page.locator('[data-tool="window"]').tap()
    page.get_by_role("button", name="Brain").tap()
    expect(page.locator("[data-message]")).to_contain_text("No connection.")
    page.context.set_offline(False)
    expect(stage).to_have_attribute("data-shown", "image", timeout=SLOW)

    def one_of_another_patient(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("00482913", "00511207", 1))

    page.route("**/metadata", one_of_another_patient)
    page.reload()
    expect(page.locator('[data-part="stranger"]')).to_have_text("Images left out because they name another patient, number 00511207: 1")
    expect(page.locator('[data-part="number"]')).to_have_text("1 of 2")
    page.unroute_all(behavior="ignoreErrors")
