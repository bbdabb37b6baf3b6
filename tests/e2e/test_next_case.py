"""The next case, prepared by the browser while another is read: it is taken and seen only when asked for, and nothing of one patient is
ever on the page of another.

Not covered: how fast (`make bench ONLY=viewer`), and browsers that prepare nothing: they open the page as always
(tests/e2e/test_reading_list.py, whose browser is one of them).
"""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client

from imaging.access.models import AuditEvent, User
from imaging.orders.models import Exam, Priority
from imaging.orders.states import ExamState
from imaging.patients.models import Patient
from imaging.viewer.models import Annotation
from reporting.reports.models import Report
from reporting.reports.services import report_open
from tests import people
from tests.e2e.test_reading_list import ready
from tests.tabs import Tab, tab

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
STATE = "document.documentElement.dataset.viewer"
WAS_PREPARED = "performance.getEntriesByType('navigation')[0].activationStart > 0"
CONFIRMED = "document.documentElement.dataset.confirmed !== undefined"


@pytest.fixture(scope="module")
def browser_tab() -> Iterator[Tab]:
    with tab() as opened:
        yield opened


@pytest.fixture
def reading(browser_tab: Tab, site: str) -> Iterator[Tab]:
    """The tab of a radiologist."""
    sign_in(browser_tab, site, people.radiologist())
    yield browser_tab
    browser_tab.goto("about:blank")  # the site does not end while a page listens to its news


def sign_in(page: Tab, site: str, user: User) -> None:
    client = Client()
    client.force_login(user)
    page.sign_in(settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value, site)


def looks(exam: Exam, act: str, door: str = "page") -> int:
    return AuditEvent.objects.filter(study_instance_uid=exam.study_instance_uid, act=act, door=door).count()


def prepared(page: Tab, exam: Exam) -> None:
    """Wait until the browser holds the page of `exam` ready, drawn and unseen."""
    page.until(lambda: page.unseen and exam.study_instance_uid in str(page.js("location.href", page.unseen)))
    page.wait(f"['first-image', 'complete'].includes({STATE})", page.unseen)


def to_next(page: Tab, exam: Exam) -> None:
    page.press("n")
    in_viewer(page, exam)


def in_viewer(page: Tab, exam: Exam) -> None:
    page.wait(f"location.pathname === '/viewer/{exam.study_instance_uid}/' && {STATE} === 'complete'")


def marks(page: Tab) -> str:
    return str(page.js("[...document.querySelectorAll('.pane svg text')].map((one) => one.textContent).join(' ')"))


def measure(page: Tab) -> None:
    box = page.js(
        "(({x, y, width, height}) => [x + width / 2, y + height / 2])(document.querySelector('.surface').getBoundingClientRect())"
    )
    page.js("document.querySelector('.pane').focus()")
    page.press("l")
    page.drag((box[0] - 80, box[1]), (box[0] + 80, box[1]))
    page.until(Annotation.objects.exists)


def test_the_next_case_is_prepared_unseen_and_then_is_a_page_of_its_own(reading: Tab, site: str) -> None:
    first, second, third = ready(0, priority=Priority.STAT), ready(1, priority=Priority.URGENT), ready(2)
    page, user = reading, people.radiologist()
    page.goto(f"{site}/reading/")
    prepared(page, first)
    assert Exam.objects.get(pk=first.pk).state == ExamState.COMPLETED
    assert looks(first, "images.ahead") == 1
    assert looks(first, "images.view") + looks(first, "images.view", "dicomweb") == 0
    assert page.js("document.querySelector('[data-report-panel]')", page.unseen) is None  # nothing by htmx before it is seen
    to_next(page, first)
    assert page.js(WAS_PREPARED)
    page.wait(CONFIRMED)
    assert looks(first, "images.view") == 1
    assert "Reading" in page.text(".patient-banner .end")
    page.wait("document.querySelector('#section-findings') !== null")
    page.js("(document.querySelector('#section-findings').value = 'Of the first.')")
    page.js("void document.querySelector('#section-findings').dispatchEvent(new Event('input', { bubbles: true }))")
    measure(page)
    assert "mm" in marks(page)

    prepared(page, second)
    assert Exam.objects.get(pk=second.pk).reader is None
    assert looks(second, "images.view") == 0
    page.js("void document.querySelector('#section-findings').focus()")
    page.press("!")
    page.press("Alt+n")
    in_viewer(page, second)
    assert page.asked == []  # what was typed just now went along
    assert Report.objects.get(exam=first).draft_sections[1]["text"] == "Of the first.!"
    assert page.js(WAS_PREPARED)
    banner = page.text(".patient-banner")
    assert second.patient.number in banner
    assert first.patient.number not in banner
    page.wait(CONFIRMED)
    assert "Number1" in str(page.js("document.title"))
    page.wait("document.querySelector('#section-findings') !== null")
    assert page.js("document.querySelector('#section-findings').value") != "Of the first."
    assert second.accession_number in str(page.js("document.querySelector('[data-report-form]').dataset.autosave"))
    assert marks(page) == ""
    assert Annotation.objects.get().study.study_instance_uid == first.study_instance_uid
    assert Exam.objects.get(pk=second.pk).reader == user
    assert looks(second, "images.view") == 1

    page.back()
    in_viewer(page, first)
    page.wait("[...document.querySelectorAll('.pane svg text')].some((one) => one.textContent.includes('mm'))")
    page.wait("document.querySelector('#section-findings')?.value === 'Of the first.!'")
    assert first.patient.number in page.text(".patient-banner")
    assert Exam.objects.get(pk=third.pk).state == ExamState.COMPLETED


def test_what_changed_meanwhile_is_on_the_page_that_is_shown(reading: Tab, site: str) -> None:
    exam = ready(1)
    page = reading
    page.goto(f"{site}/reading/")
    prepared(page, exam)
    Patient.objects.filter(pk=exam.patient_id).update(name="TEST^Corrected")
    page.press("n")
    page.wait("document.querySelector('.patient-banner')?.textContent.includes('Corrected')")
    in_viewer(page, exam)
    assert not page.js(WAS_PREPARED)


def seen_of(page: Tab) -> str:
    """All that a person can read of a page, also in the head of its tab."""
    return str(page.js("document.title + document.body.innerText"))


# What is asked from now on waits until somebody lets it go.
HOLD = "void (window.held = [], window.was = fetch, window.fetch = (...asked) => new Promise((go) => held.push(() => go(was(...asked)))))"
PICTURE = "document.querySelector('.pane canvas').checkVisibility({ visibilityProperty: true })"


def test_until_it_is_compared_a_prepared_page_shows_nothing_of_its_patient(reading: Tab, site: str) -> None:
    exam = ready(1)
    page = reading
    page.goto(f"{site}/reading/")
    prepared(page, exam)
    page.js(HOLD, page.unseen)
    sign_in(page, site, people.resident())
    page.js(f"location.assign('/viewer/{exam.study_instance_uid}/')")
    page.wait(f"location.pathname.startsWith('/viewer/') && {WAS_PREPARED} && window.held?.length")
    for told in (exam.patient.number, "Number1", exam.accession_number):
        assert told not in seen_of(page)
    assert not page.js(PICTURE)
    page.js("held.forEach((go) => go())")
    page.wait(f"document.body.dataset.person === '{people.resident().pk}'")
    in_viewer(page, exam)
    assert exam.patient.number in seen_of(page)
    assert page.js(PICTURE)


def test_whom_the_act_of_this_moment_led_there_sees_it_at_once(reading: Tab, site: str) -> None:
    exam = ready(1)
    page = reading
    page.goto(f"{site}/reading/")
    prepared(page, exam)
    page.js(HOLD, page.unseen)
    page.press("n")
    page.wait(f"location.pathname.startsWith('/viewer/') && {WAS_PREPARED} && window.held?.length && {PICTURE}")
    assert not page.js(CONFIRMED)
    assert exam.patient.number in seen_of(page)
    page.js("held.forEach((go) => go())")
    page.wait(CONFIRMED)


def test_what_another_took_meanwhile_is_not_shown(reading: Tab, site: str) -> None:
    first, second = ready(0, priority=Priority.STAT), ready(1)
    page = reading
    page.goto(f"{site}/reading/")
    prepared(page, first)
    report_open(exam=first, user=people.resident())
    to_next(page, second)
    assert second.patient.number in page.text(".patient-banner")
    assert looks(first, "images.view") == 0


def test_a_page_that_another_person_s_session_prepared_is_made_anew(reading: Tab, site: str) -> None:
    exam = ready(1)
    page = reading
    page.goto(f"{site}/reading/")
    prepared(page, exam)
    sign_in(page, site, people.resident())
    page.press("n")
    page.wait("document.getElementById('problem').textContent.includes('Somebody else has signed in')")
    page.js(f"location.assign('/viewer/{exam.study_instance_uid}/')")
    page.wait(f"document.body.dataset.person === '{people.resident().pk}'")
    in_viewer(page, exam)
    assert Exam.objects.get(pk=exam.pk).reader is None
