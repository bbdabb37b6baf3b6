"""What a hanging protocol says, as plain data: for which studies, how the viewports lie, and which series goes into each.

The one way in is `rule_read`: a page, REST, a file and a demonstration are all read as strictly.
"""

import re
from dataclasses import asdict, dataclass, fields
from typing import Any

from django.utils.translation import gettext as _

from imaging.archive.relevance import REGIONS
from imaging.common.errors import InvalidInput
from imaging.viewer.checks import Check, flag, number, one_of, part, refusal, several, text
from imaging.viewer.looks import CUSTOM, LOOK_CHECKS, MOST_PANES, ROOM_CHECKS, TURNS, RoomLook

DEEPEST, SMALLEST_SHARE = 8, 0.02
MOST_ALTERNATIVES, MOST_PRIORS = 4, 8
MOST_MODALITIES, LONGEST_WORD = 6, 40
SIDES = ("L", "R")
PLANES = ("axial", "coronal", "sagittal", "oblique")
STARTS = ("first", "middle", "last")
CODE = re.compile(r"[A-Z0-9_]{1,16}")  # a code string: modality, view position


@dataclass(frozen=True)
class StudyRule:
    """For which studies. What is empty fits every one; of modalities and words each has to be there, of regions one."""

    modalities: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    laterality: str = ""
    least_series: int = 0
    most_series: int = 0
    prior: str = ""


@dataclass(frozen=True)
class SeriesRule:
    """Which series: what is empty or 0 fits every one. `nth` is its place among all that fit; -1 is the last."""

    modality: str = ""
    words: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    plane: str = ""
    thinnest: float = 0
    thickest: float = 0
    least_images: int = 0
    most_images: int = 0
    laterality: str = ""
    view: str = ""
    contrast: str = ""
    scout: bool = False
    nth: int = 1


@dataclass(frozen=True)
class Look:
    """How a series is first shown. `window` is the name of a preset, `own` for centre and width, or empty for the picture's own."""

    window: str = ""
    centre: float = 0
    width: float = 0
    zoom: float = 1
    rotation: int = 0
    flip: bool = False
    flip_vertical: bool = False
    invert: bool = False
    colours: str = "grey"
    start: str = "first"
    cine: bool = False
    smooth: bool = True


@dataclass(frozen=True)
class PaneRule:
    """One viewport: of this study (0) or of the prior of that rank; the first alternative that fits is hung."""

    prior: int
    series: tuple[SeriesRule, ...]
    look: Look


@dataclass(frozen=True)
class Rule:
    studies: StudyRule
    layout: dict[str, Any]
    panes: tuple[PaneRule, ...]
    room: RoomLook
    sync: bool = False
    lines: bool = False

    @property
    def document(self) -> dict[str, Any]:
        """As JSON; `rule_read` makes the same rule of it."""
        return {**asdict(self), "panes": [asdict(pane) for pane in self.panes]}

    @property
    def furthest_prior(self) -> int:
        return max(pane.prior for pane in self.panes)

    @property
    def specificity(self) -> int:
        """How narrowly it says for which studies it is: the narrowest that fits goes first."""
        said = self.studies
        single = (said.laterality, said.least_series, said.most_series, said.prior)
        return len(said.modalities) + bool(said.regions) + len(said.words) + sum(1 for one in single if one)


def _word(value: Any, where: str) -> str:
    """A word as it is looked for: in small letters, without blanks around."""
    return str(text(LONGEST_WORD)(value, where)).strip().casefold()


_code = text(16, CODE)
_side = one_of("", *SIDES)

STUDY_CHECKS: dict[str, Check] = {
    "modalities": several(_code, MOST_MODALITIES), "regions": several(one_of(*REGIONS), len(REGIONS)), "words": several(_word, 8),
    "laterality": one_of("", "L", "R", "B"), "least_series": number(0, 999, whole=True), "most_series": number(0, 999, whole=True),
    "prior": one_of("", "with", "without"),
}  # fmt: skip
SERIES_CHECKS: dict[str, Check] = {
    "modality": _code, "words": several(_word, 8), "without": several(_word, 8), "plane": one_of("", *PLANES),
    "thinnest": number(0, 500), "thickest": number(0, 500), "least_images": number(0, 99_999, whole=True),
    "most_images": number(0, 99_999, whole=True), "laterality": _side, "view": _code, "contrast": one_of("", "with", "without"),
    "scout": flag, "nth": one_of(-1, *range(1, 100)),
}  # fmt: skip
PANE_CHECKS: dict[str, Check] = {
    **LOOK_CHECKS, "centre": number(-1e6, 1e6), "width": number(0, 1e6), "zoom": number(0.1, 20), "rotation": one_of(*TURNS),
    "start": one_of(*STARTS),
}  # fmt: skip


def rule_read(document: Any) -> Rule:
    """The rule of a document that may come from anywhere. Raises InvalidInput; `field` names the part at fault."""
    known = {field.name for field in fields(Rule)}
    if not isinstance(document, dict) or set(document) - known or not {"studies", "layout", "panes"} <= set(document):
        raise refusal("rule")
    panes = document["panes"]
    if not isinstance(panes, list | tuple) or not 0 < len(panes) <= MOST_PANES:
        raise refusal("panes")
    room = RoomLook(**part(ROOM_CHECKS, document.get("room", {}), "room"))
    if room.pane >= len(panes):
        raise refusal("room.pane")
    return Rule(
        studies=_studies(document["studies"]), layout=_layout(document["layout"], len(panes)),
        panes=tuple(_pane(pane, f"panes.{index}") for index, pane in enumerate(panes)), room=room,
        sync=flag(document.get("sync", False), "sync"), lines=flag(document.get("lines", False), "lines"),
    )  # fmt: skip


def _studies(document: Any) -> StudyRule:
    made = StudyRule(**part(STUDY_CHECKS, document, "studies"))
    _in_order(made.least_series, made.most_series, "studies.most_series")
    return made


def _pane(document: Any, where: str) -> PaneRule:
    if not isinstance(document, dict) or set(document) - {"prior", "series", "look"}:
        raise refusal(where)
    series = document.get("series")
    if not isinstance(series, list | tuple) or not 0 < len(series) <= MOST_ALTERNATIVES:
        raise refusal(f"{where}.series")
    prior = number(0, MOST_PRIORS, whole=True)(document.get("prior", 0), f"{where}.prior")
    alternatives = tuple(_series(one, f"{where}.series.{index}") for index, one in enumerate(series))
    return PaneRule(prior, alternatives, _look(document.get("look", {}), f"{where}.look"))


def _series(document: Any, where: str) -> SeriesRule:
    made = SeriesRule(**part(SERIES_CHECKS, document, where))
    _in_order(made.thinnest, made.thickest, f"{where}.thickest")
    _in_order(made.least_images, made.most_images, f"{where}.most_images")
    return made


def _look(document: Any, where: str) -> Look:
    made = Look(**part(PANE_CHECKS, document, where))
    if made.window == CUSTOM and made.width <= 0:
        raise InvalidInput(_("A window needs its width."), field=f"{where}.width")
    return made


def _in_order(low: float, high: float, where: str) -> None:
    if high and low > high:
        raise InvalidInput(_("“From” is larger than “to”."), field=where)


def _layout(document: Any, panes: int) -> dict[str, Any]:
    """A tree of rows and columns whose leaves are all viewports in their order. Raises InvalidInput."""
    found: list[int] = []
    tree = _branch(document, found, 0)
    if found != list(range(panes)):
        raise refusal("layout")
    return tree


def _branch(tree: Any, found: list[int], depth: int) -> dict[str, Any]:
    if not isinstance(tree, dict) or depth > DEEPEST or len(found) > MOST_PANES:
        raise refusal("layout")
    if set(tree) == {"pane"}:
        found.append(number(0, MOST_PANES - 1, whole=True)(tree["pane"], "layout"))
        return {"pane": tree["pane"]}
    if set(tree) != {"across", "parts", "sizes"} or not isinstance(tree["parts"], list) or not 2 <= len(tree["parts"]) <= MOST_PANES:
        raise refusal("layout")
    parts = [_branch(part, found, depth + 1) for part in tree["parts"]]
    return {"across": flag(tree["across"], "layout"), "parts": parts, "sizes": _shares(tree["sizes"], len(parts))}


def _shares(sizes: Any, parts: int) -> list[float]:
    if not isinstance(sizes, list) or len(sizes) != parts:
        raise refusal("layout")
    shares = [float(number(SMALLEST_SHARE, 1)(size, "layout")) for size in sizes]
    if abs(sum(shares) - 1) > 0.01:
        raise refusal("layout")
    return shares
