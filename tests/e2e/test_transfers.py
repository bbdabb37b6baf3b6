"""Transfers and rules in a browser. Not covered: sending for real (tests/imaging/routing/test_transfers.py)."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from imaging.access.models import User
from imaging.dimse.lines import node_away
from imaging.dimse.models import RemoteNode
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


def test_a_rule_is_set_up_by_hand(site: str, sign_in: Callable[[User], Page], no_serious_fault: Callable[[Page], None]) -> None:
    RemoteNode.objects.create(ae_title="PLANNING", host="192.0.2.1", is_destination=True)
    pictures.stack_for(pictures.exam_of(people.lin_mei_hua()), 2)
    page = sign_in(people.pacs_admin())
    page.goto(f"{site}/transfers/")
    page.get_by_role("link", name="Rules").click()
    page.get_by_role("link", name="New rule").first.click()
    page.get_by_label("Name").fill("CT to planning")
    page.locator("[name=key_0]").select_option("Modality")
    page.locator("[name=value_0]").fill("CT")
    page.get_by_label("PLANNING").check()
    page.get_by_role("button", name="What would it do?").click()
    expect(page.get_by_role("status").filter(has_text="it fits 1")).to_be_visible()
    no_serious_fault(page)
    page.get_by_role("button", name="Keep").click()
    expect(page.locator("table")).to_contain_text("Modality = CT")
    no_serious_fault(page)


def test_a_node_that_is_away_and_a_transfer_under_way_are_told(
    site: str, sign_in: Callable[[User], Page], no_serious_fault: Callable[[Page], None]
) -> None:
    node = RemoteNode.objects.create(ae_title="PLANNING", host="192.0.2.1", is_destination=True)
    TransferJob.objects.create(kind="send", node=node)
    node_away(node=node, error="does not answer")
    TransferJob.objects.create(
        kind="send", node=node, state=TransferState.RUNNING, total=4, done=1, bytes_total=9, bytes_done=1, bytes_a_second=1
    )
    page = sign_in(people.pacs_admin())
    page.goto(f"{site}/transfers/")
    expect(page.get_by_text("PLANNING has not answered since")).to_be_visible()
    expect(page.locator("tbody progress")).to_have_count(1)
    no_serious_fault(page)
