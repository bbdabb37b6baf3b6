"""A rule tried on the studies that came last, before it is kept."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from imaging.access.audit import audit_look
from imaging.access.models import User
from imaging.access.roles import Act
from imaging.archive.models import Study
from imaging.archive.selectors import studies_visible_to
from imaging.viewer.display_sets import display_sets_of
from imaging.viewer.hanging.choosing import Candidate, Chosen, choose, study_fits
from imaging.viewer.hanging.opening import missing_said
from imaging.viewer.hanging.rules import Rule
from imaging.viewer.hanging.traits import Sets, about_study, candidates_of, parts_of
from imaging.viewer.priors import priors_of
from imaging.viewer.selectors import DICOMWEB_ROOT

# Among the last LOOKED_THROUGH studies, LOOKED_AT with the modalities of the rule, TRIED that it is for. What costs more to be known than
# the study's own words and body parts is asked only of LIKELY ones.
LOOKED_THROUGH, LOOKED_AT, LIKELY, TRIED = 2000, 400, 150, 100
Parts = dict[int, list[tuple[str, str]]]
FULL, PARTLY, NOT = "full", "partly", "not"


@dataclass(frozen=True)
class TriedPane:
    """What a viewport would get: a series, as a later alternative perhaps, or why nothing."""

    series: str
    alternative: int
    missing: str


@dataclass(frozen=True)
class Tried:
    study: Study
    outcome: str
    panes: list[TriedPane]


@dataclass(frozen=True)
class Trial:
    looked_at: int
    rows: list[Tried]

    def count(self, outcome: str) -> int:
        return sum(1 for row in self.rows if row.outcome == outcome)

    @property
    def counts(self) -> list[tuple[str, int]]:
        return [(outcome, self.count(outcome)) for outcome in (FULL, PARTLY, NOT)]


def rule_try(*, user: User, rule: Rule, door: str = "page") -> Trial:
    """How `rule` would hang the last studies that `user` may see and that it is for; that they were looked at is recorded."""
    newest = list(_newest(user, rule))
    parts = parts_of(newest)
    likely = _likely(rule, newest, parts)[:LIKELY]
    sets = display_sets_of(likely, root=DICOMWEB_ROOT)
    priors = _priors(user, rule, likely)
    fitting = _fitting(rule, likely, sets, priors, parts)[:TRIED]
    rows = _hung(rule, fitting, sets, priors)
    audit_look(
        user=user, act=Act.IMAGES_VIEW.value, door=door, key="hanging trial", purpose="hanging trial",
        studies=[study.study_instance_uid for study in fitting],
    )  # fmt: skip
    return Trial(len(newest), rows)


def _newest(user: User, rule: Rule) -> Sequence[Study]:
    """Of the studies that came last those with the rule's modalities: a rare modality is not looked for through all the years."""
    visible = studies_visible_to(user).exclude(study_date=None).order_by("-study_date", "-pk")
    rows = visible.values_list("pk", "modalities_in_study")[:LOOKED_THROUGH]
    keys = [pk for pk, held in rows if set(rule.studies.modalities) <= set(held.split("\\"))][:LOOKED_AT]
    found = {study.pk: study for study in Study.objects.filter(pk__in=keys).select_related("exam__procedure", "matched_patient")}
    return [found[pk] for pk in keys if pk in found]


def _priors(user: User, rule: Rule, studies: Sequence[Study]) -> dict[int, list[Study]]:
    """By study its priors by rank, where the rule asks for them at all."""
    if not rule.furthest_prior and not rule.studies.prior:
        return {}
    return {study.pk: [prior.study for prior in priors_of(user=user, study=study)] for study in studies}


def _likely(rule: Rule, studies: Sequence[Study], parts: Parts) -> list[Study]:
    """Those that the rule is for as far as their words and body parts tell."""
    told = replace(rule.studies, modalities=(), least_series=0, most_series=0, prior="")
    return [study for study in studies if study_fits(told, about_study(study, [], has_prior=False, parts=parts[study.pk]))]


def _fitting(rule: Rule, studies: Sequence[Study], sets: dict[int, Sets], priors: dict[int, list[Study]], parts: Parts) -> list[Study]:
    about = {study.pk: about_study(study, sets[study.pk], has_prior=bool(priors.get(study.pk)), parts=parts[study.pk]) for study in studies}
    return [study for study in studies if study_fits(rule.studies, about[study.pk])]


def _hung(rule: Rule, studies: Sequence[Study], sets: dict[int, Sets], priors: dict[int, list[Study]]) -> list[Tried]:
    """All candidates are asked for together: as many questions for a hundred studies as for one."""
    earlier = {prior.pk: prior for study in studies for prior in priors.get(study.pk, [])[: rule.furthest_prior]}
    prior_sets = display_sets_of(list(earlier.values()), root=DICOMWEB_ROOT, beside="prior:") if earlier else {}
    keys = [study.pk for study in studies]
    of_now = dict(zip(keys, candidates_of([sets[pk] for pk in keys]), strict=True))
    of_priors = dict(zip(prior_sets, candidates_of(list(prior_sets.values())), strict=True))
    found = []
    for study in studies:
        before = [of_priors[prior.pk] for prior in priors.get(study.pk, [])[: rule.furthest_prior]]
        found.append(_tried(rule, study, [of_now[study.pk], *before]))
    return found


def _tried(rule: Rule, study: Study, studies: list[list[Candidate]]) -> Tried:
    chosen = choose(rule, studies)
    hung = sum(1 for one in chosen if one.candidate)
    outcome = FULL if hung == len(chosen) else PARTLY if hung else NOT
    return Tried(study, outcome, [_pane(rule, index, one) for index, one in enumerate(chosen)])


def _pane(rule: Rule, index: int, found: Chosen) -> TriedPane:
    name = found.candidate.name if found.candidate else ""
    return TriedPane(name, found.alternative, missing_said(rule.panes[index], found))
