"""From what a reader arranged to the rule by which it is found again: as few conditions as tell each series from the others."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from imaging.common.errors import InvalidInput
from imaging.viewer.hanging.choosing import About, Candidate, series_fits
from imaging.viewer.hanging.rules import CODE, LONGEST_WORD, MOST_MODALITIES, MOST_PANES, MOST_PRIORS, SIDES, Rule, SeriesRule, rule_read

WORD = re.compile(r"[^\W\d_][^\W_]*[+*]?|[\u4e00-\u9fff]{2,}")
SHORTEST_WORD = 2
MOST_WORDS, MOST_WITHOUT = 3, 3
MARGIN = 1.25  # another scan of the same kind is a little thicker, and has a few images more or less


def rule_proposed(*, shown: Any, about: About, studies: list[list[Candidate]]) -> Rule:
    """The rule for what is `shown`: a layout, and for each viewport the key of its set, the image it began with, and its look.

    `studies` holds what can be hung of this study, then of its priors. Raises InvalidInput for what is not on the screen of this study.
    """
    if not isinstance(shown, dict) or not isinstance(shown.get("panes"), list):
        raise InvalidInput(_("There is nothing on the screen to learn from."), field="panes")
    if len(shown["panes"]) > MOST_PANES:
        raise InvalidInput(_("At most %(count)s viewports can be kept.") % {"count": MOST_PANES}, field="panes")
    panes = [_pane(pane, studies) for pane in shown["panes"]]
    named = {name: shown[name] for name in ("layout", "sync", "lines", "room") if name in shown}
    return rule_read({**named, "studies": _studies(about, any(pane["prior"] for pane in panes)), "panes": panes})


def _studies(about: About, with_prior: bool) -> dict[str, Any]:
    words = [] if about.regions else list(dict.fromkeys(_words(about.text)))[:MOST_WORDS]
    modalities = sorted(filter(CODE.fullmatch, about.modalities))[:MOST_MODALITIES]
    return {"modalities": modalities, "regions": sorted(about.regions), "words": words, "prior": "with" if with_prior else ""}


def _pane(pane: Any, studies: list[list[Candidate]]) -> dict[str, Any]:
    if not isinstance(pane, dict):
        raise InvalidInput(_("There is nothing on the screen to learn from."), field="panes")
    prior, one = _found(str(pane.get("set", "")), str(pane.get("start", "")), studies)
    return {"prior": prior, "series": [_as_document(series_proposed(one, studies[prior]))], "look": pane.get("look", {})}


def _found(key: str, start: str, studies: list[list[Candidate]]) -> tuple[int, Candidate]:
    """Which of the candidates that is; of a series of several views the one that is looked at. Raises InvalidInput."""
    for prior, candidates in enumerate(studies[: MOST_PRIORS + 1]):
        alike = [one for one in candidates if one.key == key]
        if alike:
            return prior, next((one for one in alike if one.start == start), alike[0])
    raise InvalidInput(_("A viewport shows nothing that can be found again. Hang a series there, or close it."), field="panes")


def _as_document(rule: SeriesRule) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in SeriesRule.__dataclass_fields__}


def series_proposed(one: Candidate, all_: list[Candidate]) -> SeriesRule:
    """What tells `one` from the others of its study: what kind it is always, more only as long as others fit too, at last its number."""
    # What a rule cannot say, as a side U or a view position that is no code string, tells nothing apart.
    side = one.laterality if one.laterality in SIDES else ""
    modality, view = (text if CODE.fullmatch(text) else "" for text in (one.modality, one.view))
    rule = SeriesRule(modality=modality, plane=one.plane, laterality=side, view=view, scout=one.is_scout)
    for narrower in _steps(one, _others(rule, one, all_)):
        others = _others(rule, one, all_)
        if not others:
            return rule
        tried = narrower(rule, others)
        if len(_others(tried, one, all_)) < len(others):
            rule = tried
    if not _others(rule, one, all_):
        return rule
    fitting = [other for other in all_ if series_fits(rule, other)]
    return replace(rule, nth=min(99, fitting.index(one) + 1))


def _others(rule: SeriesRule, one: Candidate, all_: list[Candidate]) -> list[Candidate]:
    return [other for other in all_ if other is not one and series_fits(rule, other)]


def _steps(one: Candidate, alike: list[Candidate]) -> Iterator[Any]:
    """Ways to narrow, those first that hold best from one scan to the next. A series' name says more than its numbers."""
    for word in _telling(one, alike)[:MOST_WORDS]:
        yield lambda rule, _others, word=word: replace(rule, words=(*rule.words, word))
    yield lambda rule, _others: replace(rule, contrast="with" if one.has_contrast else "without")
    yield lambda rule, others: _by_thickness(rule, one, others)
    for _time in range(MOST_WITHOUT):
        yield lambda rule, others: _without(rule, one, others)
    yield lambda rule, others: _by_images(rule, one, others)


def _words(text: str) -> Iterable[str]:
    return (word for word in WORD.findall(text.casefold()) if SHORTEST_WORD <= len(word) <= LONGEST_WORD)


def _telling(one: Candidate, alike: list[Candidate]) -> list[str]:
    """The words of its description, those first that the fewest others have; names of kernels differ from scanner to scanner."""
    words = list(dict.fromkeys(_words(one.description)))
    return sorted(words, key=lambda word: (sum(1 for other in alike if word in other.description.casefold()), _is_code(word)))


def _is_code(word: str) -> bool:
    """As B70 or Br59; T1 and T2 are said everywhere."""
    return len(word) > SHORTEST_WORD and any(letter.isdigit() for letter in word)


def _without(rule: SeriesRule, one: Candidate, others: list[Candidate]) -> SeriesRule:
    """Leave out by the word that most of the others have and this one has not."""
    mine = one.description.casefold()
    words = [word for other in others for word in dict.fromkeys(_words(other.description)) if word not in mine]
    return replace(rule, without=(*rule.without, max(words, key=words.count))) if words else rule


def _by_thickness(rule: SeriesRule, one: Candidate, others: list[Candidate]) -> SeriesRule:
    """A bound half way to the next thinner or thicker one."""
    if one.thickness is None:
        return rule
    known = [other.thickness for other in others if other.thickness is not None]
    thicker = min((value for value in known if value > one.thickness), default=0.0)
    thinner = max((value for value in known if value < one.thickness), default=0.0)
    most = round((one.thickness + thicker) / 2, 2) if thicker else 0
    least = round((one.thickness + thinner) / 2, 2) if thinner else 0
    return replace(rule, thickest=most, thinnest=least)


def _by_images(rule: SeriesRule, one: Candidate, others: list[Candidate]) -> SeriesRule:
    """So that a series of another length by far is not taken."""
    more, fewer = max(other.images for other in others), min(other.images for other in others)
    if fewer > one.images * MARGIN:
        return replace(rule, most_images=round((one.images + fewer) / 2))
    if more * MARGIN < one.images:
        return replace(rule, least_images=round((one.images + more) / 2))
    return rule
