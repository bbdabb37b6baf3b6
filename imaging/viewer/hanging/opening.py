"""How a study opens: the hanging protocols that fit it, best first, with what each puts where."""

from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext as _

from imaging.access.policy import Person
from imaging.archive.models import Study
from imaging.viewer.display_sets import display_sets
from imaging.viewer.hanging.choosing import NO_PRIOR, Chosen, choose, study_fits
from imaging.viewer.hanging.proposing import rule_proposed
from imaging.viewer.hanging.rules import PaneRule, Rule
from imaging.viewer.hanging.selectors import InForce, protocols_in_force
from imaging.viewer.hanging.traits import Sets, about_study, candidates_of, parts_of
from imaging.viewer.hanging.words import series_said
from imaging.viewer.priors import priors_of
from imaging.viewer.selectors import DICOMWEB_ROOT

MOST_OFFERED = 9


def hangings_of(*, user: Person, study: Study, sets: list[Sets]) -> list[dict[str, Any]]:
    """What the page needs to hang `study` by each protocol that fits; `sets` are its display sets, then those of its priors.

    A protocol that finds no series at all is left out: the study opens as usual instead.
    """
    known = protocols_in_force(user)
    return [_hanging(one, chosen) for one, chosen in _offered(known, study, sets)] if known else []


def first_hung(*, user: Person, study: Study, sets: Sets) -> str:
    """The key of the set of `study` that is hung first; empty where no protocol fits, or where that is of a prior."""
    known = protocols_in_force(user)
    if not known:
        return ""
    priors = [display_sets(prior.study, root=DICOMWEB_ROOT, beside="prior:") for prior in priors_of(user=user, study=study)]
    keys = {one["key"] for one in sets}
    first = _offered(known, study, [sets, *priors])[:1]
    found = next((one.candidate.key for _known, chosen in first for one in chosen if one.candidate), "")
    return found if found in keys else ""


def _offered(known: list[InForce], study: Study, sets: list[Sets]) -> list[tuple[InForce, list[Chosen]]]:
    about = about_study(study, sets[0], has_prior=len(sets) > 1, parts=parts_of([study])[study.pk])
    fitting = [one for one in known if study_fits(one.rule.studies, about)][:MOST_OFFERED]
    furthest = max((one.rule.furthest_prior for one in fitting), default=-1)
    candidates = candidates_of(sets[: furthest + 1])
    offered = [(one, choose(one.rule, candidates)) for one in fitting]
    return [(one, chosen) for one, chosen in offered if any(found.candidate for found in chosen)]


def _hanging(one: InForce, chosen: list[Chosen]) -> dict[str, Any]:
    rule = one.rule
    return {
        "id": one.protocol.pk,
        "name": one.protocol.name,
        "layout": rule.layout,
        "sync": rule.sync,
        "lines": rule.lines,
        "room": asdict(rule.room),
        "panes": [_pane(pane, found) for pane, found in zip(rule.panes, chosen, strict=True)],
    }


def _pane(pane: PaneRule, found: Chosen) -> dict[str, Any]:
    one = found.candidate
    return {
        "set": one.key if one else "",
        "start": one.start if one else "",
        "missing": missing_said(pane, found),
        "look": asdict(pane.look),
    }


def missing_said(pane: PaneRule, found: Chosen) -> str:
    """Why a viewport stays empty; nothing when it does not."""
    if found.candidate is not None:
        return ""
    if found.missing == NO_PRIOR:
        return _("There is no such prior.")
    return _("No series fits: %(rule)s") % {"rule": series_said(pane.series[0])}


def demonstrated(*, user: Person, study: Study, shown: Any) -> Rule:
    """The rule for what a reader arranged of `study` and its priors. Raises InvalidInput for what is not on its screen."""
    priors = [prior.study for prior in priors_of(user=user, study=study)]
    sets = [display_sets(study, root=DICOMWEB_ROOT), *(display_sets(prior, root=DICOMWEB_ROOT, beside="prior:") for prior in priors)]
    about = about_study(study, sets[0], has_prior=bool(priors), parts=parts_of([study])[study.pk])
    return rule_proposed(shown=shown, about=about, studies=candidates_of(sets))
