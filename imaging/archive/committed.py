"""Of which exams a request for storage commitment speaks: kept when it is checked, so that no list of images is read on reading."""

import datetime as dt
from collections import Counter

from django.db import transaction
from django.utils import timezone

from imaging.archive.models import CommitmentExam, CommitmentRequest, Instance
from imaging.common.live import announce
from imaging.scheduling.models import PerformedStep

RECENT_DAYS = 7
MOST_STEPS = 200
BATCH = 500


@transaction.atomic
def commitment_exams_note(*, request: CommitmentRequest) -> None:
    """Keep how many images of each exam the checked `request` asks about, and how many of them are not safe here."""
    failed = {failure[1] for failure in request.failures}
    safe = exams_of_images([uid for _class, uid in request.references if uid not in failed])
    unsafe = _exams_of_unsafe(failed, request.ae_title) if failed else Counter()
    CommitmentExam.objects.filter(request=request).delete()
    CommitmentExam.objects.bulk_create(
        CommitmentExam(request=request, exam_id=exam, asked=safe[exam] + unsafe[exam], unsafe=unsafe[exam]) for exam in {*safe, *unsafe}
    )
    announce("reading")


def exams_of_images(uids: list[str]) -> Counter[int]:
    """How many of these images each exam has."""
    found: Counter[int] = Counter()
    for at in range(0, len(uids), BATCH):
        rows = Instance.objects.filter(sop_instance_uid__in=uids[at : at + BATCH], series__study__exam__isnull=False)
        found.update(rows.values_list("series__study__exam", flat=True))
    return found


def _exams_of_unsafe(uids: set[str], ae_title: str) -> Counter[int]:
    """An image that never came belongs to the exam whose performed step lists it: looked for among the sender's of the last days."""
    since = timezone.now() - dt.timedelta(days=RECENT_DAYS)
    steps = PerformedStep.objects.filter(
        scheduled_steps__station_ae_title=ae_title, scheduled_steps__starts_at__gte=since, scheduled_steps__exam__isnull=False
    )
    found: Counter[int] = exams_of_images(sorted(uids))
    rows = steps.order_by("-pk").values_list("pk", "scheduled_steps__exam", "image_uids")[:MOST_STEPS]
    for (_pk, exam), listed in {(pk, exam): listed for pk, exam, listed in rows}.items():
        if number := len(uids.intersection(listed)):
            found[exam] = max(found[exam], number)
    return found
