"""A transfer in a browser. Not covered: sending for real (tests/imaging/routing/test_transfers.py)."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from imaging.access.models import User
from imaging.routing.models import TransferJob, TransferState
from tests import people
from tests.imaging import pictures

pytestmark = pytest.mark.e2e


def test_the_page_of_a_transfer_is_live(site: str, sign_in: Callable[[User], Page]) -> None:
    study = pictures.stack_for(pictures.exam_of(people.lin_mei_hua()), 2)
    job = TransferJob.objects.create(kind="thumbnails", study=study, exam=study.exam, state=TransferState.RUNNING, total=2)
    page = sign_in(people.radiologist())
    page.goto(f"{site}/transfers/{job.pk}/")
    head = page.locator("#transfer .side .panel-head")
    expect(head).to_contain_text("Running")
    TransferJob.objects.filter(pk=job.pk).update(state=TransferState.DONE, done=2)
    page.evaluate("() => document.dispatchEvent(new CustomEvent('lightbox:undone'))")  # asks for every live part again
    expect(head).to_contain_text("Done")
    expect(page.locator("#transfer")).to_have_count(1)
