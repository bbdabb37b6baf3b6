"""Earlier studies elsewhere: which there are, which of them are worth fetching before an exam is read, which we lack."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as OutOfTime
from dataclasses import dataclass

from django.conf import settings
from django.db import connections
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.archive.models import Study
from imaging.common.dicom import date_parse
from imaging.common.errors import LightboxError
from imaging.dimse.models import RemoteNode
from imaging.dimse.scu.client import Patience
from imaging.dimse.scu.query import RemoteStudy, studies_of_patient
from imaging.orders.models import Exam
from imaging.patients.models import Patient
from imaging.routing.relevance import is_relevant, regions_of

ASKED_AT_ONCE = 8


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


def studies_at(node: RemoteNode, patient: Patient, patience: Patience | None = None) -> list[RemoteStudy]:
    """What `node` has of `patient`. The same number may be somebody else's there: another birth date is another person.

    Raises PeerUnreachable or PeerLost.
    """
    offered = studies_of_patient(node=node, patient_id=patient.number, patience=patience)
    return [study for study in offered if study.birth_date is None or patient.birth_date is None or study.birth_date == patient.birth_date]


@dataclass(frozen=True)
class Elsewhere:
    """What one archive answered: studies that we lack, how many of its studies we hold, or why there is no answer."""

    node: RemoteNode
    lacking: list[RemoteStudy]
    held: int = 0
    error: str = ""


def archives() -> list[RemoteNode]:
    """The nodes that are asked for earlier studies."""
    return list(RemoteNode.objects.filter(is_active=True, holds_priors=True).order_by("ae_title"))


def look_elsewhere(patient: Patient, nodes: list[RemoteNode]) -> list[Elsewhere]:
    """Ask all of `nodes` at once, and wait for none longer than LIGHTBOX_ELSEWHERE_SECONDS."""
    if not nodes:
        return []
    pool = ThreadPoolExecutor(max_workers=ASKED_AT_ONCE, thread_name_prefix="elsewhere")
    until = timezone.now() + dt.timedelta(seconds=settings.ELSEWHERE_SECONDS)
    asked = [(node, pool.submit(_ask, node, patient)) for node in nodes]
    found = []
    for node, answer in asked:
        try:
            found.append(answer.result(timeout=max(0.0, (until - timezone.now()).total_seconds())))
        except OutOfTime:
            found.append(Elsewhere(node, [], error=_late(node)))
    pool.shutdown(wait=False, cancel_futures=True)
    return found


def _ask(node: RemoteNode, patient: Patient) -> Elsewhere:
    seconds = settings.ELSEWHERE_SECONDS
    try:
        offered = studies_at(node, patient, Patience(seconds, seconds, seconds))
        lacking = is_lacking(offered)
    except LightboxError as error:
        return Elsewhere(node, [], error=str(error))
    finally:
        connections.close_all()
    newest = sorted(lacking, key=lambda study: study.study_date, reverse=True)
    return Elsewhere(node, newest, held=len(offered) - len(lacking))


def _late(node: RemoteNode) -> str:
    return _("%(node)s has not answered within %(seconds)s seconds.") % {"node": node.ae_title, "seconds": settings.ELSEWHERE_SECONDS}
