"""What a rejection note asks for, carried out: the objects that it names are hidden, each in its study."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.models import User
from imaging.archive.corrections.models import Correction
from imaging.archive.corrections.names import names_held
from imaging.archive.corrections.reasons import REASONS, Reason
from imaging.archive.corrections.reject import images_reject
from imaging.archive.models import Decision, Instance, IntegrityCase
from imaging.archive.selectors import is_protected
from imaging.common.errors import Conflict, LightboxError
from imaging.common.live import announce

BATCH = 500


def rejection_carry_out(*, case: IntegrityCase, actor: str) -> bool:
    """Do what a system with the right to asks for. False when not all of its objects are here yet: the case waits then."""
    if not is_complete(case):
        return False
    try:
        with transaction.atomic():
            corrections = rejection_apply(case=case, actor=actor)
    except LightboxError:
        return False
    case.resolved_at, case.decision, case.reason = timezone.now(), Decision.REJECT, actor
    case.before = {"corrections": corrections}
    case.save()
    announce("unmatched")
    return True


def instances_of(case: IntegrityCase) -> list[Instance]:
    """The objects that the note names and that are shown, by the names they go by or came with."""
    uids = case.details.get("references", [])
    found: dict[int, Instance] = {}
    for at in range(0, len(uids), BATCH):
        part = uids[at : at + BATCH]
        rows = Instance.objects.filter(series__rejection=None).select_related("series__study")
        found |= {one.pk: one for one in rows.filter(sop_instance_uid__in=part)}
        found |= {one.pk: one for one in rows.filter(received__sop_instance_uid__in=part)}
    return list(found.values())


def is_complete(case: IntegrityCase) -> bool:
    """Whether everything that the note names is here, shown or hidden already."""
    uids = case.details.get("references", [])
    return _known(uids) >= len(uids) > 0


def rejection_apply(*, case: IntegrityCase, actor: str = "", user: User | None = None) -> list[int]:
    """Hide them; what is hidden already stays so. Returns the keys of the corrections, one for each study.

    Raises Conflict when nothing that it names is here.
    """
    by_study: dict[int, list[Instance]] = {}
    for instance in instances_of(case):
        by_study.setdefault(instance.series.study_id, []).append(instance)
    if not by_study and not is_complete(case):
        raise Conflict(_("None of the images that the note names is here."))
    return [_reject(case, instances, actor, user).pk for instances in by_study.values()]


def _reject(case: IntegrityCase, instances: list[Instance], actor: str, user: User | None) -> Correction:
    return images_reject(
        study=instances[0].series.study, instances=instances, code=case.details["code"], reason=case.details.get("description", ""),
        user=user, actor=actor, note=case.instance, door="page" if user else "dicom",
    )  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What a note asks for: why, how many objects it names, and how many of them are not here."""

    reason: Reason
    named: int
    lacking: int


def asked_for(case: IntegrityCase) -> Asked | None:
    """None for any other question."""
    reason = REASONS.get(case.details.get("code", ""))
    if reason is None:
        return None
    uids = case.details.get("references", [])
    return Asked(reason, len(uids), max(0, len(uids) - _known(uids)))


def _known(uids: list[str]) -> int:
    return sum(names_held(uids[at : at + BATCH]) for at in range(0, len(uids), BATCH))


def concerns_protected(case: IntegrityCase) -> bool:
    """Whether any of the images is, or seems to be, of a protected patient."""
    studies = {instance.series.study_id: instance.series.study for instance in instances_of(case)}
    return any(is_protected(study) for study in studies.values())
