"""Back to the fast tier: when a study is opened, and when its patient is booked."""

import datetime as dt

from django.conf import settings
from django.utils import timezone

from imaging.archive.life.models import TaskKind
from imaging.archive.life.work import task_add
from imaging.archive.models import Study
from imaging.archive.places import FAST
from imaging.patients.models import Patient

SAME_VIEW = dt.timedelta(hours=1)


def study_viewed(*, study: Study) -> None:
    """Somebody looks at the images: noted at most once an hour, and what lies elsewhere comes back."""
    now = timezone.now()
    if study.last_viewed_at is not None and study.last_viewed_at > now - SAME_VIEW:
        return
    study.last_viewed_at = now
    Study.objects.filter(pk=study.pk).update(last_viewed_at=now)
    study_recall(study=study, reason="opened")


def study_recall(*, study: Study, reason: str) -> None:
    if study.tier != FAST and study.instance_count:
        task_add(study=study, kind=TaskKind.MOVE, tier_to=FAST, reason=reason, urgent=True)


def patient_recall(*, patient: Patient) -> None:
    """The newest studies of `patient`, of those that lie elsewhere."""
    rows = Study.objects.filter(matched_patient=patient, instance_count__gt=0).exclude(tier=FAST)
    for study in rows.order_by("-study_date", "-pk")[: settings.RECALL_STUDIES]:
        study_recall(study=study, reason="booked")
