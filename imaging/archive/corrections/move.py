"""Moving series to where they belong: split, move, merge and re-link are this one act. Check, execute, audit.

Nothing stored is rewritten: the series stand in another study of the index, under new UIDs, and an overlay says what their images say
when they go out (`overlay`). Images that keep coming for them follow (`follow`).
"""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.audit import audit_record
from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.archive.corrections.counts import studies_lock, study_count
from imaging.archive.corrections.models import Correction, CorrectionKind, ReceivedSeries
from imaging.archive.corrections.names import series_named
from imaging.archive.corrections.overlay import is_forgotten, series_says
from imaging.archive.corrections.standing import correction_told
from imaging.archive.corrections.targets import Target, overlay_of, study_of, target_keys
from imaging.archive.events import series_moved
from imaging.archive.models import MatchState, Series, Study
from imaging.archive.queue.closing import cases_close
from imaging.archive.queue.reconcile import study_match
from imaging.archive.selectors import protected_behind
from imaging.common.dicom import uid_new
from imaging.common.errors import InvalidInput, WrongState
from imaging.orders.states import ExamState
from imaging.patients.models import Patient
from imaging.patients.numbering import series_lock

ONE_AT_A_TIME = "correction"
ACTS = {
    CorrectionKind.SPLIT: "archive.split",
    CorrectionKind.MOVE: "archive.move",
    CorrectionKind.MERGE: "archive.merge",
    CorrectionKind.RELINK: "archive.relink",
}


@transaction.atomic
def series_correct(
    *, user: User, kind: CorrectionKind, source: Study, series: Sequence[Series], target: Target, reason: str, door: str = "page"
) -> Correction:
    """Give `series` of `source` to `target`. The caller has made sure that `user` may see both sides.

    Raises Forbidden, InvalidInput without a reason, without series or for a target that is no other place, WrongState for series that are
    elsewhere by now or for a cancelled exam.
    """
    require(user, Act.ARCHIVE_CORRECT)
    series_lock(series=ONE_AT_A_TIME)
    studies_lock([source.pk, *target_keys(target)])
    source = Study.objects.select_related("exam", "matched_patient").get(pk=source.pk)
    moving = _checked(source, series, target, reason)
    into = study_of(target, source)
    if into.pk == source.pk:
        raise InvalidInput(_("These images are there already."), field="target")
    correction = _written(user, kind, source, into, moving, reason)
    for one in moving:
        _move(one, into, correction)
    study_count(source.pk)
    into = study_count(into.pk)
    cases_close(correction=correction, user=user)
    if into.match_state == MatchState.UNMATCHED:
        study_match(study=into)
    series_moved.send(sender=Series, series=moving, study=into)
    correction_told(correction=correction, came_from=source, went_to=into, user=user)
    _audit(correction, source, into, user, door)
    return correction


def _checked(source: Study, series: Sequence[Series], target: Target, reason: str) -> list[Series]:
    if not reason.strip():
        raise InvalidInput(_("Say why: the next one who looks has to understand it."), field="reason")
    if sum(map(bool, (target.study, target.exam, target.patient, target.is_new))) != 1:
        raise InvalidInput(_("Choose where the images belong: one exam, one study or one patient."), field="target")
    if target.exam is not None and target.exam.state == ExamState.CANCELLED:
        raise WrongState(_("Exam %(accession)s was cancelled.") % {"accession": target.exam.accession_number})
    wanted = {one.pk for one in series}
    rows = Series.objects.select_for_update(of=("self",)).select_related("study", "correction__origin_patient")
    found = list(rows.filter(pk__in=wanted, study=source, rejection=None, instance_count__gt=0).order_by("pk"))
    if not wanted:
        raise InvalidInput(_("Choose the series that are meant."), field="series")
    if len(found) != len(wanted):
        raise WrongState(_("Some of these series are in another study by now. Look again."))
    return found


def _written(user: User, kind: CorrectionKind, source: Study, into: Study, moving: list[Series], reason: str) -> Correction:
    origin = _origin(source, moving)
    correction = Correction.objects.create(
        uid=uid_new(), kind=kind, source=source, target=into, reason=reason.strip()[:200], overlay=overlay_of(into),
        images=sum(one.instance_count for one in moving), origin_patient=origin, is_other_patient=_is_other(source, into, moving, origin),
        before={"series": [_standing(one) for one in moving]}, user=user, actor=user.label, created_at=timezone.now(),
    )  # fmt: skip
    correction.series.set(moving)
    return correction


def _standing(series: Series) -> dict[str, Any]:
    before = {"series": series.pk, "study": series.study_id, "uid": series.series_instance_uid, "correction": series.correction_id}
    return {**before, "attributes": series.attributes}


def _origin(source: Study, moving: list[Series]) -> Patient | None:
    """Whose images the files say these are: of the first correction's source, if there was one before."""
    earlier = [one.correction.origin_patient for one in moving if one.correction is not None]
    found = [patient for patient in earlier if patient is not None]
    protected = next((patient for patient in found if patient.is_protected), None)
    return protected or (found[0] if found else source.matched_patient or protected_behind([source]).get(source.pk))


def _is_other(source: Study, into: Study, moving: list[Series], origin: Patient | None) -> bool:
    """Whether the files say something of another person than `into` is of."""
    received = ReceivedSeries.objects.filter(series__in=moving).values_list("patient_id", flat=True)
    numbers = {source.patient_id, *received}
    return (origin is not None and origin.pk != into.matched_patient_id) or numbers != {into.patient_id}


def _move(series: Series, into: Study, correction: Correction) -> None:
    kept = {tag: element for tag, element in series.attributes.items() if not is_forgotten(tag, correction)}
    series.attributes = {**kept, **series_says(correction)}
    series_named(series, correction)  # while it still knows where it came from
    series.study = into
    series.save(update_fields=["study", "attributes"])


def _audit(correction: Correction, source: Study, into: Study, user: User, door: str) -> None:
    """Two rows, so that who searches for either patient finds it; each names the other side."""
    for here, there, way in ((source, into, "to"), (into, source, "from")):
        other = {f"{way}_study": there.study_instance_uid, f"{way}_accession": there.accession_number, f"{way}_patient": there.patient_id}
        audit_record(
            act=ACTS[CorrectionKind(correction.kind)], door=door, user=user, patient_number=here.patient_id[:64],
            accession_number=here.accession_number, study_instance_uid=here.study_instance_uid, correction=correction.pk,
            images=correction.images, reason=correction.reason, **other,
        )  # fmt: skip
