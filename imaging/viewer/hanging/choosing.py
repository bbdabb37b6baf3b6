"""Which series goes into which viewport.

Here and not in the browser, because a trial reads a hundred studies here; a page opens with the answer, and the browser asks for nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from imaging.viewer.hanging.rules import PaneRule, Rule, SeriesRule, StudyRule

NO_PRIOR, NO_SERIES = "prior", "series"


@dataclass(frozen=True)
class Candidate:
    """What can be hung, with what is known of it. `start` is the image to begin with, where one series holds several views."""

    key: str
    number: str = ""
    description: str = ""
    modality: str = ""
    images: int = 0
    plane: str = ""
    thickness: float | None = None
    laterality: str = ""
    view: str = ""
    has_contrast: bool = False
    is_scout: bool = False
    start: str = ""

    @property
    def name(self) -> str:
        said = f"{self.number} {self.description}".strip() or self.modality
        view = " ".join(part for part in (self.laterality, self.view) if part)
        return f"{said} · {view}" if view else said


@dataclass(frozen=True)
class About:
    """What is known of a study as a whole."""

    modalities: frozenset[str]
    regions: frozenset[str]
    text: str
    laterality: str
    series: int
    has_prior: bool


@dataclass(frozen=True)
class Chosen:
    """What one viewport gets; without a candidate `missing` says why. `alternative` counts from 0."""

    candidate: Candidate | None = None
    missing: str = ""
    alternative: int = 0


def study_fits(rule: StudyRule, about: About) -> bool:
    """Whether a protocol with this rule is for the study."""
    return (
        set(rule.modalities) <= about.modalities
        and (not rule.regions or bool(set(rule.regions) & about.regions))
        and all(word in about.text for word in rule.words)
        and rule.laterality in {"", about.laterality}
        and about.series >= rule.least_series
        and (not rule.most_series or about.series <= rule.most_series)
        and (not rule.prior or (rule.prior == "with") == about.has_prior)
    )


def series_fits(rule: SeriesRule, one: Candidate) -> bool:
    """Whether a series is of those that a rule means, whichever of them `nth` takes."""
    text = one.description.casefold()
    return (
        rule.modality in {"", one.modality}
        and rule.plane in {"", one.plane}
        and rule.laterality in {"", one.laterality}
        and rule.view in {"", one.view}
        and rule.scout == one.is_scout
        and all(word in text for word in rule.words)
        and not any(word in text for word in rule.without)
        and (not rule.contrast or (rule.contrast == "with") == one.has_contrast)
        and one.images >= rule.least_images
        and (not rule.most_images or one.images <= rule.most_images)
        and _is_as_thick(rule, one.thickness)
    )


def _is_as_thick(rule: SeriesRule, thickness: float | None) -> bool:
    if not rule.thinnest and not rule.thickest:
        return True
    return thickness is not None and thickness >= rule.thinnest and (not rule.thickest or thickness <= rule.thickest)


def choose(rule: Rule, studies: Sequence[Sequence[Candidate]]) -> list[Chosen]:
    """For every viewport what it gets; `studies` holds this study, then its priors by rank.

    First alternatives go before all others; a later one takes nothing that hangs already, so that no series stands in for itself.
    """
    chosen: list[Chosen | None] = [None] * len(rule.panes)
    for level in range(max(len(pane.series) for pane in rule.panes)):
        taken = {(found.candidate.key, found.candidate.start) for found in chosen if found and found.candidate}
        for index, pane in enumerate(rule.panes):
            if chosen[index] is None and (one := _of_pane(pane, level, studies, taken if level else set())):
                chosen[index] = Chosen(one, alternative=level)
                taken |= {(one.key, one.start)} if level else set()
    return [found or Chosen(missing=_why_not(pane, studies)) for pane, found in zip(rule.panes, chosen, strict=True)]


def _of_pane(pane: PaneRule, level: int, studies: Sequence[Sequence[Candidate]], taken: set[tuple[str, str]]) -> Candidate | None:
    if level >= len(pane.series) or pane.prior >= len(studies):
        return None
    rule = pane.series[level]
    fitting = [one for one in studies[pane.prior] if series_fits(rule, one) and (one.key, one.start) not in taken]
    place = rule.nth - 1 if rule.nth > 0 else len(fitting) + rule.nth
    return fitting[place] if 0 <= place < len(fitting) else None


def _why_not(pane: PaneRule, studies: Sequence[Sequence[Candidate]]) -> str:
    return NO_PRIOR if pane.prior >= len(studies) else NO_SERIES
