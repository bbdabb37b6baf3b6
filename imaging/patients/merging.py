"""Two records of one person: closing one in favour of the other, and taking that apart again.

Slices above move their own rows when `patient_merged` comes, and give back what `moved` names on `patient_unmerged`.
"""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access import guardian_wrapper
from imaging.access.audit import audit_record
from imaging.access.models import User
from imaging.common.errors import Conflict, Duplicate, Forbidden, InvalidInput
from imaging.common.live import announce
from imaging.patients.events import patient_merged, patient_unmerged
from imaging.patients.models import Patient, PatientIdentifier, PatientMerge, Visit
from imaging.patients.numbering import series_lock
from imaging.patients.protection import SEE_PROTECTED, Sight, sight_of
from imaging.patients.words import patient_index

# Two merges that ran into each other could build a circle.
ONE_MERGE_AT_A_TIME = "merge"


def patient_live(patient: Patient) -> Patient:
    """The record that is in use today: the end of the chain of merges that begins with `patient`."""
    while patient.merged_into is not None:
        patient = patient.merged_into
    return patient


@transaction.atomic
def patient_merge(
    *, survivor: Patient, retired: Patient, reason: str, user: User | None = None, actor: str = "", door: str = "page"
) -> PatientMerge:
    """Close `retired`; everything of it belongs to the record that `survivor` lives on in. Protection is never lost by a merge.

    Raises InvalidInput for a patient with itself or without a reason, Forbidden when `user` does not see whom, Duplicate when done already,
    Conflict when `retired` was merged into somebody else, or `survivor` into `retired` (inverse, circular): take that apart first.
    """
    if not reason.strip():
        raise InvalidInput(_("Say why these are the same person."), field="reason")
    if survivor.pk == retired.pk:
        raise InvalidInput(_("A patient cannot be merged with itself."))
    series_lock(series=ONE_MERGE_AT_A_TIME)
    survivor, retired = _locked(survivor, retired)
    survivor = patient_live(survivor)
    _require_sight(user, survivor, retired)
    _check_merge(survivor, retired)
    moved: dict[str, Any] = _move_own(survivor, retired)
    retired.merged_into = survivor
    retired.save(update_fields=["merged_into", "updated_at"])
    patient_merged.send(sender=Patient, survivor=survivor, retired=retired, moved=moved)
    _index(survivor, retired)
    merge = PatientMerge.objects.create(
        survivor=survivor, retired=retired, moved=moved, reason=reason.strip()[:200], actor=actor or (user.label if user else ""), user=user
    )
    _tell("patient.merge", merge, reason, user, actor, door)
    return merge


@transaction.atomic
def patient_unmerge(*, merge: PatientMerge, reason: str, user: User | None = None, actor: str = "", door: str = "page") -> Patient:
    """Open the closed record again with everything that moved; what came to the survivor afterwards stays there.

    Returns the opened record. Raises InvalidInput without a reason, Forbidden when `user` does not see whom, Conflict when undone
    already or when a later merge must go first.
    """
    if not reason.strip():
        raise InvalidInput(_("Say why these are two persons."), field="reason")
    series_lock(series=ONE_MERGE_AT_A_TIME)
    merge = PatientMerge.objects.select_related("survivor", "retired").get(pk=merge.pk)
    survivor, retired = merge.survivor, merge.retired
    _require_sight(user, survivor)
    if merge.undone_at is not None:
        raise Conflict(_("This merge was taken apart already."), code="undone")
    if survivor.merged_into_id is not None:
        raise Conflict(
            _("Patient %(number)s was merged further; take that merge apart first.") % {"number": survivor.number}, code="merged"
        )
    retired.merged_into = None
    retired.save(update_fields=["merged_into", "updated_at"])
    _give_back_own(survivor, retired, merge.moved)
    patient_unmerged.send(sender=Patient, survivor=survivor, retired=retired, moved=merge.moved)
    _index(survivor, retired)
    merge.undone_at = timezone.now()
    merge.save(update_fields=["undone_at"])
    _tell("patient.unmerge", merge, reason, user, actor, door)
    return retired


def _require_sight(user: User | None, *patients: Patient) -> None:
    if user is not None and any(sight_of(user, patient) is not Sight.FULL for patient in patients):
        raise Forbidden(_("Who is not on the access list cannot change a protected patient."))


def _locked(*patients: Patient) -> list[Patient]:
    rows = Patient.objects.select_for_update().order_by("pk").in_bulk([patient.pk for patient in patients])
    return [rows[patient.pk] for patient in patients]


def _check_merge(survivor: Patient, retired: Patient) -> None:
    if retired.pk == survivor.pk:
        raise Conflict(
            _("The other one was merged into patient %(number)s; take that merge apart first.") % {"number": retired.number},
            code="circular",
        )
    if retired.merged_into_id == survivor.pk or (retired.merged_into and patient_live(retired).pk == survivor.pk):
        raise Duplicate(_("These two are merged already."))
    if retired.merged_into_id is not None:
        raise Conflict(
            _("Patient %(number)s was merged into another one already; take that merge apart first.") % {"number": retired.number},
            code="merged",
        )


def _move_own(survivor: Patient, retired: Patient) -> dict[str, Any]:
    identifiers, visits = PatientIdentifier.objects.filter(patient=retired), Visit.objects.filter(patient=retired)
    moved: dict[str, Any] = {
        "identifiers": list(identifiers.values_list("pk", flat=True)),
        "visits": list(visits.values_list("pk", flat=True)),
        "survivor_was_protected": survivor.is_protected,
        "granted": [],
    }
    identifiers.update(patient=survivor)
    visits.update(patient=survivor)
    if retired.is_protected and not survivor.is_protected:
        moved["granted"] = _protect_like(survivor, retired)
    return moved


def _protect_like(survivor: Patient, retired: Patient) -> list[int]:
    survivor.is_protected = True
    survivor.save(update_fields=["is_protected", "updated_at"])
    there = set(guardian_wrapper.users_granted(permission=SEE_PROTECTED, on=survivor))
    new = [person for person in guardian_wrapper.users_granted(permission=SEE_PROTECTED, on=retired) if person not in there]
    for person in new:
        guardian_wrapper.grant(user=person, permission=SEE_PROTECTED, to=survivor)
    return [person.pk for person in new]


def _give_back_own(survivor: Patient, retired: Patient, moved: dict[str, Any]) -> None:
    PatientIdentifier.objects.filter(pk__in=moved["identifiers"], patient=survivor).update(patient=retired)
    Visit.objects.filter(pk__in=moved["visits"], patient=survivor).update(patient=retired)
    for person in User.objects.filter(pk__in=moved["granted"]):
        guardian_wrapper.revoke(user=person, permission=SEE_PROTECTED, to=survivor)
    if retired.is_protected and not moved["survivor_was_protected"] and not survivor.visits.filter(is_protected=True).exists():
        survivor.is_protected = False
        survivor.save(update_fields=["is_protected", "updated_at"])


def _index(*patients: Patient) -> None:
    for patient in patients:
        patient_index(patient)


def _tell(act: str, merge: PatientMerge, reason: str, user: User | None, actor: str, door: str) -> None:
    audit_record(
        act=act, door=door, user=user, actor=actor, patient_number=merge.survivor.number, other=merge.retired.number, reason=reason.strip()
    )
    for topic in ("worklist", "reading", "exams"):
        announce(topic)
