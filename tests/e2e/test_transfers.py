"""Transfers and rules in a browser. Not covered: sending for real (tests/imaging/routing/test_transfers.py)."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from imaging.access.models import User
from imaging.dimse.lines import node_away
from imaging.dimse.models import RemoteNode
from imaging.routing.models import RoutingRule, TransferJob, TransferState
from tests import people
from tests.imaging import pictures
from tests.imaging.archive.objects import ct_slice
from tests.imaging.routing.test_priors import old_archive
from tests.services import free_port

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


def test_a_rule_is_deleted_and_restored_by_hand(
    site: str, sign_in: Callable[[User], Page], no_serious_fault: Callable[[Page], None]
) -> None:
    node = RemoteNode.objects.create(ae_title="PLANNING", host="192.0.2.1", is_destination=True)
    rule = RoutingRule.objects.create(name="Heads", author=people.pacs_admin())
    rule.nodes.add(node)
    job = TransferJob.objects.create(kind="send", node=node, rule=rule, next_attempt_at=timezone.now() + dt.timedelta(hours=1))
    page = sign_in(people.pacs_admin())
    page.goto(f"{site}/transfers/rules/{rule.pk}/")
    page.get_by_role("button", name="Delete…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Delete the rule Heads?")
    dialog.get_by_label("Stop its 1 transfer").check()
    no_serious_fault(page)
    dialog.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("region", name="Deleted lately")).to_contain_text("Heads")
    no_serious_fault(page)
    job.refresh_from_db()
    assert job.state == TransferState.CANCELLED
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_role("link", name="Heads")).to_be_visible()


def test_other_archives_are_looked_into_from_the_patients_page(
    site: str, sign_in: Callable[[User], Page], no_serious_fault: Callable[[Page], None]
) -> None:
    patient = people.lin_mei_hua()
    prior = ct_slice(PatientID=patient.number, StudyDate="20240301", StudyDescription="CT head", ModalitiesInStudy="CT")
    source = old_archive(prior, free_port())
    RemoteNode.objects.create(ae_title="OLDPACS", host="127.0.0.1", port=source.server_address[1], holds_priors=True)
    RemoteNode.objects.create(ae_title="GONE", host="127.0.0.1", port=free_port(), holds_priors=True)
    page = sign_in(people.radiologist())
    page.goto(f"{site}/patients/{patient.pk}/")
    page.get_by_role("button", name="Look in other archives").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("tbody tr")).to_have_count(1)
    expect(dialog.locator("tbody tr")).to_contain_text(patient.number)
    expect(dialog).to_contain_text("GONE at")
    no_serious_fault(page)
    dialog.get_by_role("button", name="Fetch the study of 2024-03-01 from OLDPACS").click()
    expect(page.locator("#transfer-title")).to_have_text("Fetch from another archive")
    source.shutdown()


def test_a_transfer_can_be_tried_again_on_a_narrow_screen(site: str, sign_in: Callable[[User], Page]) -> None:
    job = TransferJob.objects.create(kind="send", state=TransferState.FAILED, error="refused")
    page = sign_in(people.pacs_admin())
    page.set_viewport_size({"width": 900, "height": 768})
    page.goto(f"{site}/transfers/{job.pk}/")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    expect(page.locator("#transfer .side")).to_contain_text("refused")
