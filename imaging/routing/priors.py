"""Which earlier studies are worth fetching before an exam is read: same modality or the same part of the body, newest first."""

import datetime as dt
from collections.abc import Callable

from django.utils import timezone

from imaging.archive.models import Study
from imaging.common.dicom import date_parse
from imaging.dimse.models import RemoteNode
from imaging.dimse.scu.query import RemoteStudy, studies_of_patient, study_fetch
from imaging.orders.models import Exam

YEARS, MOST = 5, 3
Note = Callable[[int, int, int], None]


def priors_fetch(*, exam: Exam, node: RemoteNode, note: Note) -> int:
    """Fetch what `node` has that is worth comparing with `exam` and that we lack; returns how many studies came.

    Raises PeerUnreachable or PeerLost.
    """
    offered = studies_of_patient(node=node, patient_id=exam.patient.number)
    wanted = priors_chosen(exam, offered)
    done = failed = 0
    for study in wanted:
        before, lost_before = done, failed

        def told(now_done: int, now_failed: int, total: int, before: int = before, lost_before: int = lost_before) -> None:
            note(before + now_done, lost_before + now_failed, before + lost_before + total)

        came, lost = study_fetch(node=node, study_instance_uid=study.study_instance_uid, note=told)
        done, failed = done + came, failed + lost
    note(done, failed, done + failed)
    return len(wanted)


def priors_chosen(exam: Exam, offered: list[RemoteStudy]) -> list[RemoteStudy]:
    """Of `offered`, the newest few that concern the same modality or part of the body, and that we do not hold in full."""
    oldest = timezone.localdate() - dt.timedelta(days=365 * YEARS)
    relevant = [study for study in offered if _is_relevant(exam, study) and (date_parse(study.study_date) or oldest) >= oldest]
    rows = Study.objects.filter(study_instance_uid__in=[study.study_instance_uid for study in relevant])
    held = dict(rows.values_list("study_instance_uid", "instance_count"))
    lacking = [study for study in relevant if study.study_instance_uid != exam.study_instance_uid and _is_lacking(study, held)]
    return sorted(lacking, key=lambda study: study.study_date, reverse=True)[:MOST]


def _is_lacking(study: RemoteStudy, held: dict[str, int]) -> bool:
    """A study whose transfer broke off is fetched again; what we have of it already stays one copy."""
    count = held.get(study.study_instance_uid)
    return count is None or (study.instances is not None and count < study.instances)


def _is_relevant(exam: Exam, study: RemoteStudy) -> bool:
    part = exam.procedure.body_part.casefold()
    return exam.modality in study.modalities or bool(part and part in study.description.casefold())
