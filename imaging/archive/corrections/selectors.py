"""Corrections as one person may see them: what was done to a study, by whom and why, and whether it can be taken back."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from imaging.access.models import User
from imaging.access.policy import Person, may
from imaging.access.roles import Act
from imaging.archive.corrections.models import Correction, CorrectionKind
from imaging.archive.corrections.reasons import REASONS, Reason
from imaging.archive.corrections.reject import may_reject
from imaging.archive.corrections.undo import undo_refusal
from imaging.archive.models import Instance, Study
from imaging.archive.selectors import studies_known_to
from imaging.common.errors import NotFound

PICTURES = 48


@dataclass(frozen=True)
class Shown:
    """`other` is the study on the other side, where this person may see it; `is_away`: the images went there from here."""

    correction: Correction
    is_away: bool
    other: Study | None
    reason: Reason | None
    refusal: str
    may_undo: bool
    pictures: list[Instance]

    @property
    def is_undone(self) -> bool:
        return self.correction.undone_at is not None

    @property
    def told(self) -> str:
        """Why, as it was said; not where the other side is hidden, of which the words may tell."""
        return "" if self.correction.target_id is not None and self.other is None else self.correction.reason

    @property
    def where(self) -> str:
        """The other side in words; nothing is told of a study that this person may not see."""
        if self.correction.target_id is None:
            return ""
        if self.other is None:
            return _("a study that you may not see")
        return self.other.accession_number or self.other.study_description or self.other.study_instance_uid


def images_corrected(exams: list[int]) -> dict[int, int]:
    """How many images of each exam were rejected or given elsewhere, by standing corrections: they came, and are not awaited."""
    rows = Correction.objects.filter(source__exam__in=exams, undone_at=None).order_by().values_list("source__exam")
    return dict(rows.annotate(number=Sum("images")))


def corrects(user: Person) -> bool:
    """Whether corrections are any of this person's business."""
    return may(user, Act.ARCHIVE_CORRECT) or may(user, Act.IMAGES_REJECT)


def corrections_visible_to(user: Person) -> QuerySet[Correction]:
    """Those of studies that `user` may see, on either side."""
    if not corrects(user):
        return Correction.objects.none()
    seen = studies_known_to(user).values("pk")
    rows = Correction.objects.filter(Q(source__in=seen) | Q(target__in=seen))
    return rows.select_related("source__exam", "target__exam", "user", "undone_by", "note")


def correction_for(user: Person, pk: int) -> Correction:
    """Raises NotFound when there is no such correction, or none for `user`."""
    found = corrections_visible_to(user).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("There is no such correction."))
    return found


def corrections_of(user: User, study: Study) -> list[Shown]:
    """What was done to `study`, which `user` sees, newest first."""
    rows = list(corrections_visible_to(user).filter(Q(source=study) | Q(target=study))[:100])
    others = {(one.target_id if one.source_id == study.pk else one.source_id) or 0 for one in rows}
    seen = {one.pk: one for one in studies_known_to(user).filter(pk__in=others).select_related("exam")}
    return [_shown(user, one, study, seen) for one in rows]


def _shown(user: User, correction: Correction, study: Study, seen: dict[int, Study]) -> Shown:
    is_away = correction.source_id == study.pk
    other = correction.target_id if is_away else correction.source_id
    rejects = correction.kind == CorrectionKind.REJECT
    return Shown(
        correction=correction,
        is_away=is_away,
        other=seen.get(other or 0),
        reason=REASONS.get(correction.code),
        refusal=undo_refusal(correction),
        may_undo=may_reject(user, correction.source) if rejects else may(user, Act.ARCHIVE_CORRECT),
        pictures=rejected_pictures(correction),
    )


def rejected_pictures(correction: Correction) -> list[Instance]:
    """The rejected images that may still be looked at here: those rejected for quality, while the rejection stands."""
    reason = REASONS.get(correction.code)
    if reason is None or not reason.shows_pictures or correction.undone_at is not None:
        return []
    hidden = [before["hidden"] for before in correction.before["series"]]
    rows = Instance.objects.filter(series__in=hidden, number_of_frames__gt=0)
    return list(rows.order_by("series_id", "instance_number", "pk").defer("frame_offsets")[:PICTURES])
