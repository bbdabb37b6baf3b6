"""Taking a correction back. Check, execute, audit: what stands on it has to be taken back first."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.audit import audit_record
from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.archive.corrections.counts import series_count, studies_lock, study_count
from imaging.archive.corrections.models import Correction, CorrectionKind
from imaging.archive.corrections.move import ONE_AT_A_TIME
from imaging.archive.corrections.names import series_named
from imaging.archive.corrections.reject import rejecter_check
from imaging.archive.corrections.standing import undoing_told
from imaging.archive.events import series_moved
from imaging.archive.models import Instance, Series, Study
from imaging.archive.queue.closing import cases_open_again
from imaging.common.errors import Conflict, LightboxError, NotFound, WrongState
from imaging.common.formats import clinical_moment
from imaging.patients.numbering import series_lock


def undo_refusal(correction: Correction) -> str:
    """Why this correction cannot be taken back now; "" when it can."""
    if correction.undone_at is not None:
        return _("It was taken back already.")
    moved = {before["series"] for before in correction.before["series"]}
    if Series.objects.filter(pk__in=moved).count() < len(moved):
        return _("Its images were deleted since.")
    later = Correction.objects.filter(series__in=correction.series.all(), pk__gt=correction.pk, undone_at=None).order_by("-pk").first()
    if later is not None:
        about = {"what": later.get_kind_display(), "who": later.actor, "when": clinical_moment(later.created_at)}
        return _("A later correction of the same series stands on it: “%(what)s” by %(who)s, %(when)s. Take that back first.") % about
    return ""


@transaction.atomic
def correction_undo(*, user: User, correction: Correction, door: str = "page") -> Correction:
    """Put everything back as it was before `correction`; images that came for it since then go back with it.

    Raises Forbidden, WrongState when it was taken back already, Conflict when something later stands on it.
    """
    _may_undo(user, correction)
    series_lock(series=ONE_AT_A_TIME)
    studies_lock([correction.source_id, *([correction.target_id] if correction.target_id else [])])
    locked = Correction.objects.select_for_update().filter(pk=correction.pk).first()
    if locked is None:
        raise NotFound(_("There is no such correction."))
    if (refusal := undo_refusal(locked)) != "":
        raise _refused(locked, refusal)
    _UNDO[locked.kind == CorrectionKind.REJECT](locked)
    cases_open_again(correction=locked)
    locked.undone_at, locked.undone_by = timezone.now(), user
    locked.save(update_fields=["undone_at", "undone_by"])
    undoing_told(correction=locked, user=user)
    for study in filter(None, (locked.source, locked.target)):
        audit_record(
            act="archive.undo", door=door, user=user, patient_number=study.patient_id[:64], accession_number=study.accession_number,
            study_instance_uid=study.study_instance_uid, correction=locked.pk, kind=locked.kind, images=locked.images,
        )  # fmt: skip
    return locked


def _may_undo(user: User, correction: Correction) -> None:
    if correction.kind == CorrectionKind.REJECT:
        rejecter_check(user, correction.source)
    else:
        require(user, Act.ARCHIVE_CORRECT)


def _refused(correction: Correction, refusal: str) -> LightboxError:
    return WrongState(refusal) if correction.undone_at is not None else Conflict(refusal)


def _move_back(correction: Correction) -> None:
    back: dict[int, list[Series]] = {}
    for before in [*correction.before["series"], *_late_ones(correction)]:
        series = Series.objects.select_for_update(of=("self",)).select_related("study").get(pk=before["series"])
        series_named(series, _earlier(before))
        series.study_id, series.attributes = before["study"], before.get("attributes", series.attributes)
        series.save(update_fields=["study", "attributes"])
        back.setdefault(before["study"], []).append(series)
    for study_id in sorted({*back, correction.target_id or correction.source_id}):
        study_count(study_id)
    for study_id, moved in back.items():
        series_moved.send(sender=Series, series=moved, study=Study.objects.get(pk=study_id))


def _late_ones(correction: Correction) -> list[dict[str, Any]]:
    """Series that came later and followed the correction go back the same way."""
    first = correction.before["series"][0]
    known = [before["series"] for before in correction.before["series"]]
    late = correction.series.exclude(pk__in=known).values_list("pk", flat=True)
    return [{"series": key, "study": first["study"], "correction": first["correction"]} for key in late]


def _earlier(before: dict[str, Any]) -> Correction | None:
    return Correction.objects.get(pk=before["correction"]) if before["correction"] else None


def _show_again(correction: Correction) -> None:
    """Every hidden series gives its images back to the one that they were in."""
    for before in correction.before["series"]:
        hidden = Series.objects.select_for_update().filter(pk=before["hidden"]).first()
        home = Series.objects.select_for_update().get(pk=before["series"])
        if hidden is None:
            raise Conflict(_("The rejected images are gone."))
        Instance.objects.filter(series=hidden).update(series=home)
        correction.series.remove(hidden)
        hidden.delete()
        series_count(home)
    study_count(correction.source_id)


_UNDO = {False: _move_back, True: _show_again}
