"""Decisions of the human queue that correct what is stored."""

from typing import Any

from django.utils.translation import gettext as _

from imaging.access.models import User
from imaging.archive.corrections.models import CorrectionKind, ReceivedSeries
from imaging.archive.corrections.move import series_correct
from imaging.archive.corrections.targets import Target
from imaging.archive.models import IntegrityCase, Study
from imaging.common.errors import Conflict, NotFound


def case_correct(*, case: IntegrityCase, user: User, target: Target, kind: CorrectionKind) -> dict[str, Any]:
    """Give all that is shown of the case's study to `target`. Returns what taking it back needs."""
    study = study_behind(case)
    series = list(study.series.filter(rejection=None, instance_count__gt=0))
    reason = case.reason or str(case.get_kind_display())
    return {"corrections": [series_correct(user=user, kind=kind, source=study, series=series, target=target, reason=reason).pk]}


def study_behind(case: IntegrityCase) -> Study:
    if case.study is None:
        raise NotFound(_("The study of this case is gone."))
    return case.study


def others_went_to(case: IntegrityCase) -> Study:
    """Where the series went that were sent as the same study. Raises Conflict when they are in several places, or back again."""
    sent = ReceivedSeries.objects.filter(study_instance_uid=study_behind(case).study_instance_uid)
    places = set(sent.values_list("series__study", flat=True))
    if len(places) != 1:
        raise Conflict(_("The others of this study are not in one place any more. Move these series by hand."))
    return Study.objects.get(pk=places.pop())
