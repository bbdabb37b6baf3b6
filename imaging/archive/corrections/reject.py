"""Rejecting images with a reason (IHE RAD IOCM): hidden, not deleted. Check, execute, audit.

They are put into a hidden series beside the one they were in, so that hiding costs no look-up for any other image, and images that come
later for the same series are shown: a rejection means the objects that it names and no others.
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.audit import audit_record
from imaging.access.models import User
from imaging.access.policy import may, require
from imaging.access.roles import Act
from imaging.archive.corrections.counts import series_count, studies_lock, study_count
from imaging.archive.corrections.models import Correction, CorrectionKind
from imaging.archive.corrections.move import ONE_AT_A_TIME
from imaging.archive.corrections.reasons import REASONS
from imaging.archive.corrections.standing import rejection_told
from imaging.archive.models import Instance, Series, Study
from imaging.common.dicom import uid_new
from imaging.common.errors import Forbidden, InvalidInput, WrongState
from imaging.patients.numbering import series_lock


@transaction.atomic
def images_reject(
    *, study: Study, instances: Sequence[Instance], code: str, reason: str, user: User | None = None, actor: str = "",
    note: Instance | None = None, door: str = "page",
) -> Correction:  # fmt: skip
    """Hide `instances` of `study` for the reason `code`. Without `user` it is the system `actor`, whose right the caller has checked.

    `note` is the document that asked for it, if one did. The caller has made sure that `user` may see the study.
    Raises Forbidden, InvalidInput for a reason that is none, WrongState for images that are not there or hidden already.
    """
    if user is not None:
        rejecter_check(user, study)
    if code not in REASONS:
        raise InvalidInput(_("Choose why the images are rejected."), field="code")
    series_lock(series=ONE_AT_A_TIME)
    studies_lock([study.pk])
    hidden = _shown_of(study, instances)
    correction = Correction.objects.create(
        uid=uid_new(), kind=CorrectionKind.REJECT, source=study, code=code, reason=reason.strip()[:200], images=len(hidden), note=note,
        user=user, actor=actor or (user.label if user else settings.AE_TITLE), created_at=timezone.now(),
    )  # fmt: skip
    correction.before = {"series": [_hide(home, hidden, correction) for home in _homes(hidden)]}
    correction.save(update_fields=["before"])
    if note is not None:
        note_hide(note=note, correction=correction)
    study_count(study.pk)
    rejection_told(correction=correction, user=user, actor=actor)
    audit_record(
        act="archive.reject", door=door, user=user, actor=actor, patient_number=study.patient_id[:64],
        accession_number=study.accession_number, study_instance_uid=study.study_instance_uid, correction=correction.pk,
        images=len(hidden), code=code, reason=correction.reason,
    )  # fmt: skip
    return correction


def rejecter_check(user: User, study: Study) -> None:
    """Who corrects the archive rejects anything; a technologist the images of exams that they performed. Raises Forbidden."""
    require(user, Act.IMAGES_REJECT)
    if not may_reject(user, study):
        raise Forbidden(_("Only who performed the exam rejects its images; a PACS administrator rejects any."))


def may_reject(user: User, study: Study) -> bool:
    own = study.exam is not None and study.exam.performer_id == user.pk
    return may(user, Act.ARCHIVE_CORRECT) or (may(user, Act.IMAGES_REJECT) and own)


def _shown_of(study: Study, instances: Sequence[Instance]) -> list[Instance]:
    wanted = {instance.pk for instance in instances}
    if not wanted:
        raise InvalidInput(_("Choose the images that are meant."), field="images")
    rows = Instance.objects.select_for_update(of=("self",)).select_related("series__study")
    found = list(rows.filter(pk__in=wanted, series__study=study, series__rejection=None).order_by("pk"))
    if len(found) != len(wanted):
        raise WrongState(_("Some of these images are elsewhere or rejected by now. Look again."))
    return found


def _homes(instances: list[Instance]) -> list[Series]:
    return list({instance.series_id: instance.series for instance in instances}.values())


def _hide(home: Series, instances: list[Instance], correction: Correction) -> dict[str, Any]:
    """Put those of `instances` that are in `home` into a hidden series beside it. Returns what `undo` needs."""
    columns = {field.name: getattr(home, field.name) for field in Series._meta.concrete_fields if not field.primary_key}
    hidden = Series.objects.create(**{**columns, "series_instance_uid": uid_new(), "instance_count": 0, "rejection": correction})
    Instance.objects.filter(pk__in=[instance.pk for instance in instances if instance.series_id == home.pk]).update(series=hidden)
    series_count(home)
    series_count(hidden)
    correction.series.add(home, hidden)
    return {"series": home.pk, "hidden": hidden.pk, "uid": home.series_instance_uid}


def note_hide(*, note: Instance, correction: Correction) -> None:
    """The document that says so is hidden with the images: nobody reads it as a key image."""
    Series.objects.filter(pk=note.series_id).update(rejection=correction)
    study_count(note.series.study_id)
