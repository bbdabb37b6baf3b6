"""Measuring goes on when the report is signed meanwhile: what was signed stays as it was, and the reader is told.

Not covered: how an open panel hears of the signature (test_panel_news.py), marks on cut planes.
"""

import pytest
from playwright.sync_api import expect

from imaging.viewer.models import Annotation
from reporting.reports.actions.addend import addendum_write, report_addend
from reporting.reports.actions.sign import report_sign
from reporting.reports.models import ReportVersion
from tests import people
from tests.e2e.test_drawing import SignIn
from tests.e2e.test_measurements import Bench
from tests.e2e.test_viewer import opened
from tests.imaging import pictures
from tests.reporting import stories

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
TOLD = "The report is signed: what you measure now is not part of it."


def test_what_is_measured_after_signing_is_kept_and_said_to_be_outside(site: str, sign_in: SignIn) -> None:
    exam = pictures.exam_of(people.lin_mei_hua())
    study = pictures.stack_for(exam, 1, PixelSpacing=[0.5, 0.5])
    report = stories.written(exam, people.radiologist())
    bench = Bench(opened(sign_in(people.radiologist()), site, study))
    page, said = bench.page, bench.page.locator("[data-announce]")
    panel = page.locator("[data-report-panel]")
    expect(panel).to_have_attribute("data-mode", "edit")
    bench.measure("l", lambda: bench.drag((14, 30), (114, 30)))
    expect(said).not_to_contain_text(TOLD)
    page.keyboard.press("k")
    expect(panel.locator("#report-key-images img")).to_have_count(1)
    report.refresh_from_db()
    report_sign(report=report, user=people.radiologist(), password=people.PASSWORD)
    signed = ReportVersion.objects.get(report=report).key_images
    assert [len(image["marks"]) for image in signed] == [1]
    # Nobody has told the page yet; it is told with the panel.
    page.evaluate("document.body.dispatchEvent(new CustomEvent('report-panel-reload'))")
    expect(panel).to_have_attribute("data-mode", "signed")
    bench.measure("l", lambda: bench.drag((14, 60), (64, 60)))
    expect(said).to_contain_text(TOLD)
    assert bench.drawn().count("after the report") == 1
    page.keyboard.press("'")
    page.keyboard.press("'")
    expect(said).to_contain_text("25.0 mm, after the report")
    assert Annotation.objects.filter(removed_at=None).count() == 2
    assert ReportVersion.objects.get(report=report).key_images == signed
    page.evaluate("document.querySelector('[data-announce]').textContent = ''")
    bench.measure("l", lambda: bench.drag((14, 90), (64, 90)))
    expect(said).not_to_contain_text(TOLD)
    page.reload()
    expect(page.locator(".pane svg text").filter(has_text="after the report")).to_have_count(2)
    report.refresh_from_db()
    addendum = addendum_write(report=report, user=people.radiologist(), text="Measured too.")
    report_addend(report=addendum, user=people.radiologist(), password=people.PASSWORD)
    page.evaluate("document.body.dispatchEvent(new CustomEvent('report-panel-reload'))")
    expect(page.locator(".pane svg text").filter(has_text="after the report")).to_have_count(0)
    assert "25.0 mm" in bench.drawn()
