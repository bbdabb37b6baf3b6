"""Questions of matching that a correction answers by itself: nothing of their study is left to be matched."""

from django.utils import timezone

from imaging.access.models import User
from imaging.archive.corrections.models import Correction
from imaging.archive.models import CaseKind, Decision, IntegrityCase, Study
from imaging.archive.queue.reconcile import MATCH_KINDS

ANSWERED = (*MATCH_KINDS, CaseKind.LATE_SERIES)


def cases_close(*, correction: Correction, user: User) -> None:
    """The open questions of a study that the correction has emptied are settled by it."""
    if Study.objects.filter(pk=correction.source_id, instance_count__gt=0).exists():
        return
    open_ones = IntegrityCase.objects.filter(study=correction.source, kind__in=ANSWERED, resolved_at=None)
    open_ones.update(
        resolved_at=timezone.now(), resolved_by=user, decision=Decision.CORRECT, reason=correction.reason,
        before={"corrections": [correction.pk]},
    )  # fmt: skip


def cases_open_again(*, correction: Correction) -> None:
    """They are open again when the correction is taken back."""
    answered = IntegrityCase.objects.filter(study=correction.source, decision=Decision.CORRECT, kind__in=ANSWERED)
    keys = [case.pk for case in answered if case.before.get("corrections") == [correction.pk]]
    IntegrityCase.objects.filter(pk__in=keys).update(resolved_at=None, resolved_by=None, decision="", reason="", before={})
