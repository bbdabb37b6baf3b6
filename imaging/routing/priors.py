"""Earlier studies of other archives: which of them are worth fetching before an exam is read, which we lack."""

import datetime as dt

from django.conf import settings
from django.utils import timezone

from imaging.archive.models import Study
from imaging.archive.relevance import is_relevant, regions_of
from imaging.common.dicom import date_parse
from imaging.dimse.scu.query import RemoteStudy
from imaging.orders.models import Exam


def priors_chosen(exam: Exam, offered: list[RemoteStudy]) -> list[RemoteStudy]:
    """Of `offered`, what is to be fetched: the newest few that concern the same region or a like modality, less what we hold in full."""
    return is_lacking(priors_ranked(exam, offered)[: settings.PRIORS_MOST])


def priors_ranked(exam: Exam, offered: list[RemoteStudy]) -> list[RemoteStudy]:
    """What is worth comparing with `exam`, whether we hold it or not, newest first."""
    oldest = timezone.localdate() - dt.timedelta(days=365 * settings.PRIORS_YEARS)
    procedure = exam.procedure
    regions = regions_of(procedure.body_part, procedure.name, procedure.name_zh)
    relevant = [
        study
        for study in offered
        if study.study_instance_uid != exam.study_instance_uid
        and (date_parse(study.study_date) or oldest) >= oldest
        and is_relevant(modality=exam.modality, regions=regions, other_modalities=study.modalities, other_text=study.description)
    ]
    return sorted(relevant, key=lambda study: study.study_date, reverse=True)


def is_lacking(offered: list[RemoteStudy]) -> list[RemoteStudy]:
    """Those that we do not hold in full: one whose transfer broke off is fetched again; what we have of it already stays one copy."""
    rows = Study.objects.filter(study_instance_uid__in=[study.study_instance_uid for study in offered])
    held = dict(rows.values_list("study_instance_uid", "instance_count"))

    def lacks(study: RemoteStudy) -> bool:
        count = held.get(study.study_instance_uid)
        return count is None or (study.instances is not None and count < study.instances)

    return [study for study in offered if lacks(study)]
