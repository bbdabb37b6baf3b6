"""What other archives have of a patient, asked for under every number that is known of them, those of merged records too.

The same number may be somebody else's there: an answer with another birth date, another number or another issuer is counted as such, and
neither shown nor fetched. A national number means the same person whoever writes it down.
"""

import datetime as dt
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as OutOfTime
from dataclasses import dataclass, field

from django.conf import settings
from django.db import connections
from django.utils import timezone

from imaging.common.errors import LightboxError
from imaging.common.said import now as now_said
from imaging.common.said import said as _
from imaging.common.said import words_of
from imaging.dimse.models import RemoteNode
from imaging.dimse.scu.client import Patience
from imaging.dimse.scu.query import RemoteStudy, studies_under
from imaging.patients.models import IdentifierKind, Patient, PatientIdentifier
from imaging.routing.priors import is_lacking

ASKED_AT_ONCE = 8
# Each number is a query of its own to each archive; few people have more, and merges without end must not ask without end.
NUMBERS_ASKED = 10
# A number with one of these would be a question for others too (PS3.4 C.2.2.2.4), or two values.
NOT_ASKED = frozenset("*?\\")
SHOWN = 200


@dataclass
class Answer:
    """What an archive has of a patient: each study once, with the numbers under which it was found; and how many are somebody else's."""

    found: dict[str, RemoteStudy] = field(default_factory=dict)
    under: dict[str, list[PatientIdentifier]] = field(default_factory=dict)
    strangers: int = 0

    @property
    def studies(self) -> list[RemoteStudy]:
        return list(self.found.values())

    def add(self, study: RemoteStudy, numbers: list[PatientIdentifier]) -> None:
        uid = study.study_instance_uid
        self.found.setdefault(uid, study)
        self.under[uid] = self.under.get(uid, []) + numbers


@dataclass(frozen=True)
class Holder:
    """An archive that has a study which we lack, how much of it, and under which numbers."""

    node: RemoteNode
    instances: int | None
    under: list[PatientIdentifier]


@dataclass(frozen=True)
class FoundStudy:
    study: RemoteStudy
    holders: list[Holder]


@dataclass(frozen=True)
class Told:
    """What one archive said: how many studies we lack, how many we hold, how many are somebody else's; or why there is no answer."""

    node: RemoteNode
    lacking: int = 0
    held: int = 0
    strangers: int = 0
    error: str = ""


@dataclass(frozen=True)
class Elsewhere:
    """Studies that we lack, each once, newest first; and what each archive said."""

    studies: list[FoundStudy]
    archives: list[Told]


def archives() -> list[RemoteNode]:
    """The nodes that are asked for earlier studies."""
    return list(RemoteNode.objects.filter(is_active=True, holds_priors=True).order_by("ae_title"))


def numbers_of(patient: Patient) -> list[PatientIdentifier]:
    """The numbers to ask under, the one in use first."""
    rows = [row for row in patient.identifiers.order_by("pk") if row.value and not NOT_ASKED & set(row.value)]
    return sorted(rows, key=lambda row: row.value != patient.number)[:NUMBERS_ASKED]


def studies_at(node: RemoteNode, patient: Patient, patience: Patience | None = None) -> Answer:
    """What `node` has of `patient`. Raises PeerUnreachable or PeerLost."""
    return _asked(node, patient, numbers_of(patient), patience)


def _asked(node: RemoteNode, patient: Patient, numbers: list[PatientIdentifier], patience: Patience | None) -> Answer:
    answer, strange = Answer(), set()
    values = list(dict.fromkeys(number.value for number in numbers))
    for value, studies in (studies_under(node=node, patient_ids=values, patience=patience) if values else {}).items():
        for study in studies:
            matching = _matching(study, [number for number in numbers if number.value == value])
            if matching and _is_born_alike(study, patient):
                answer.add(study, matching)
            else:
                strange.add(study.study_instance_uid)
    answer.strangers = len(strange - set(answer.found))
    return answer


def _is_born_alike(study: RemoteStudy, patient: Patient) -> bool:
    return study.birth_date is None or patient.birth_date is None or study.birth_date == patient.birth_date


def _matching(study: RemoteStudy, numbers: list[PatientIdentifier]) -> list[PatientIdentifier]:
    """Of several issuers of one number, the one that the archive names; all of them where it names none."""
    if study.patient_id and study.patient_id.casefold() != numbers[0].value.casefold():
        return []
    if not study.issuer:
        return numbers
    issuer = study.issuer.casefold()
    return [number for number in numbers if number.issuer.casefold() == issuer or number.kind == IdentifierKind.NATIONAL]


def look_elsewhere(patient: Patient, nodes: list[RemoteNode]) -> Elsewhere:
    """Ask all of `nodes` at once, and wait for none longer than LIGHTBOX_ELSEWHERE_SECONDS."""
    if not nodes:
        return Elsewhere([], [])
    numbers, pool = numbers_of(patient), ThreadPoolExecutor(max_workers=ASKED_AT_ONCE, thread_name_prefix="elsewhere")
    until = timezone.now() + dt.timedelta(seconds=settings.ELSEWHERE_SECONDS)
    asked = [(node, pool.submit(_ask, node, patient, numbers)) for node in nodes]
    answers = [(node, _awaited(node, answer, until)) for node, answer in asked]
    pool.shutdown(wait=False, cancel_futures=True)
    lacking = {node.pk: is_lacking(answer.studies) for node, answer in answers if isinstance(answer, Answer)}
    return Elsewhere(_merged(answers, lacking), [_told(node, answer, lacking) for node, answer in answers])


def _ask(node: RemoteNode, patient: Patient, numbers: list[PatientIdentifier]) -> Answer | str:
    """In a thread of its own; an error is told again in the language of whoever waits."""
    seconds = settings.ELSEWHERE_SECONDS
    try:
        return _asked(node, patient, numbers, Patience(seconds, seconds, seconds))
    except LightboxError as error:
        return words_of(error)
    finally:
        connections.close_all()


def _awaited(node: RemoteNode, answer: "Future[Answer | str]", until: dt.datetime) -> Answer | str:
    try:
        return answer.result(timeout=max(0.0, (until - timezone.now()).total_seconds()))
    except OutOfTime:
        words = {"node": node.ae_title, "seconds": settings.ELSEWHERE_SECONDS}
        return _("%(node)s has not answered within %(seconds)s seconds.") % words


def _told(node: RemoteNode, answer: Answer | str, lacking: dict[int, list[RemoteStudy]]) -> Told:
    if isinstance(answer, str):
        return Told(node, error=str(now_said(answer)))
    missing = len(lacking[node.pk])
    return Told(node, missing, len(answer.found) - missing, answer.strangers)


def _merged(answers: Iterable[tuple[RemoteNode, Answer | str]], lacking: dict[int, list[RemoteStudy]]) -> list[FoundStudy]:
    """Each study once, with all archives that have it, the one with most of it first."""
    found: dict[str, FoundStudy] = {}
    for node, answer in answers:
        if isinstance(answer, Answer):
            for study in lacking[node.pk]:
                uid = study.study_instance_uid
                found.setdefault(uid, FoundStudy(study, [])).holders.append(Holder(node, study.instances, answer.under[uid]))
    for one in found.values():
        one.holders.sort(key=lambda holder: -(holder.instances or 0))
    return sorted(found.values(), key=lambda one: one.study.study_date, reverse=True)[:SHOWN]
