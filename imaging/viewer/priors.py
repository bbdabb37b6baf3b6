"""Which studies of a patient to compare with, best first, each with the reason for its place."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from imaging.access.policy import Person
from imaging.archive.models import Series, Study
from imaging.archive.relevance import modalities_like, regions_of
from imaging.archive.selectors import studies_visible_to

PRIORS_SHOWN, LATER_SHOWN = 8, 4
# The nearest of a patient that is known for years; others are found from the patient's page.
PRIORS_LOOKED_AT = 60


@dataclass(frozen=True)
class Prior:
    study: Study
    same_region: bool
    same_modality: bool
    like_modality: bool

    @property
    def rank(self) -> int:
        """The region counts more than the modality, the same modality more than one that shows the same."""
        return 4 * self.same_region + 2 * self.same_modality + self.like_modality

    @property
    def reason(self) -> str:
        if self.same_region and self.same_modality:
            return _("same region, same modality")
        if self.same_region:
            return _("same region")
        if self.same_modality:
            return _("same modality")
        return _("similar modality") if self.like_modality else _("other region")


def priors_of(*, user: Person, study: Study) -> list[Prior]:
    """Earlier visible studies of the same patient, those of the same region and modality first, then the newest.

    Without a matched patient nothing is taken for theirs.
    """
    return _ranked(study, _others(user, study).exclude(_is_after(study)).order_by("-study_date", "-study_time", "-id"))[:PRIORS_SHOWN]


def later_of(*, user: Person, study: Study) -> list[Prior]:
    """What was done after `study`, in the same order of likeness, then the one that came next. None of it is ever hung as a prior."""
    return _ranked(study, _others(user, study).filter(_is_after(study)).order_by("study_date", "study_time", "id"))[:LATER_SHOWN]


def _others(user: Person, study: Study) -> QuerySet[Study]:
    if study.matched_patient_id is None:
        return Study.objects.none()
    theirs = studies_visible_to(user).filter(matched_patient_id=study.matched_patient_id, instance_count__gt=0)
    return theirs.exclude(pk=study.pk).select_related("exam__procedure")


def _is_after(study: Study) -> Q:
    """A day that nobody told is the one on which the study came in; of studies of one day a time that nobody told is no later one."""
    day = study.study_date or timezone.localdate(study.first_received_at)
    midnight = timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time()))
    after = Q(study_date__gt=day) | Q(study_date=None, first_received_at__gte=midnight)
    return after | Q(study_date=day, study_time__gt=study.study_time) if study.study_time else after


def _ranked(study: Study, others: QuerySet[Study]) -> list[Prior]:
    nearest = list(others[:PRIORS_LOOKED_AT])
    parts = _body_parts([study, *nearest])
    regions = regions_of(*_texts(study, parts[study.pk]))
    found = [_prior(study, other, regions, regions_of(*_texts(other, parts[other.pk]))) for other in nearest]
    return sorted(found, key=lambda prior: -prior.rank)


def _prior(study: Study, other: Study, regions: frozenset[str], other_regions: frozenset[str]) -> Prior:
    mine, theirs = set(study.modalities), set(other.modalities)
    like = frozenset[str]().union(*(modalities_like(modality) for modality in mine))
    return Prior(other, bool(regions & other_regions), bool(mine & theirs), bool(like & theirs))


def _body_parts(studies: Iterable[Study]) -> dict[int, set[str]]:
    """Body parts that the series of each study name, in one query."""
    found: dict[int, set[str]] = defaultdict(set)
    rows = Series.objects.filter(study__in=[study.pk for study in studies]).exclude(body_part_examined="")
    for pk, part in rows.values_list("study_id", "body_part_examined").distinct():
        found[pk].add(part)
    return found


def _texts(study: Study, parts: Iterable[str]) -> list[str]:
    """Every word on what part of the body a study shows."""
    procedure = study.exam.procedure if study.exam else None
    ordered = [procedure.body_part, procedure.name, procedure.name_zh] if procedure else []
    return [*ordered, study.study_description, *parts]
