"""Old transfers go; what has to be known of them stays. Not covered: Celery's clock."""

# ruff: noqa: F811  fixtures of another module

import datetime as dt

import pytest
from django.utils import timezone

from imaging.archive.corrections.models import Correction
from imaging.archive.corrections.reasons import QUALITY
from imaging.archive.corrections.reject import images_reject
from imaging.archive.models import Instance, Study
from imaging.routing.cleaning import transfers_clean
from imaging.routing.copies import copies_of
from imaging.routing.models import TransferItem, TransferJob, TransferState
from tests import people
from tests.imaging.routing.test_transfers import Receiver, exam, receiver, send, study  # noqa: F401  fixtures

pytestmark = pytest.mark.django_db(transaction=True)


def test_only_what_ended_long_ago_goes(receiver: Receiver, study: Study) -> None:
    job = send(study)
    waiting = TransferJob.objects.create(kind="send", study=study, state=TransferState.QUEUED)
    assert transfers_clean() == 0
    TransferJob.objects.filter(pk=job.pk).update(finished_at=timezone.now() - dt.timedelta(days=91))
    assert transfers_clean() == 1
    assert list(TransferJob.objects.all()) == [waiting]
    assert not TransferItem.objects.exists()


def test_who_corrects_a_study_later_still_knows_who_holds_it(receiver: Receiver, study: Study) -> None:
    job = send(study)
    long_ago = timezone.now() - dt.timedelta(days=91)
    TransferJob.objects.filter(pk=job.pk).update(finished_at=long_ago, created_at=long_ago)
    transfers_clean()
    images_reject(user=people.pacs_admin(), study=study, instances=list(Instance.objects.all()[:1]), code=QUALITY, reason="blurred")
    assert [copy.ae_title for copy in copies_of(Correction.objects.get())] == ["ELSEWHERE"]
