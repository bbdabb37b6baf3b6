"""What a hanging protocol says, as plain data: for which studies, how the viewports lie, and which series goes into each.

The one way in is `rule_read`: a page, REST, a file and a demonstration are all read as strictly.
"""

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any

from django.utils.translation import gettext as _

from imaging.archive.relevance import REGIONS
from imaging.common.errors import InvalidInput

MOST_PANES, DEEPEST, SMALLEST_SHARE = 16, 8, 0.02
MOST_ALTERNATIVES, MOST_PRIORS = 4, 8
MOST_MODALITIES, LONGEST_WORD = 6, 40
SIDES = ("L", "R")
PLANES = ("axial", "coronal", "sagittal", "oblique")
PRESETS = ("lung", "mediastinum", "bone", "brain", "stroke", "abdomen", "liver", "angio")
CUSTOM = "own"
ROOMS, SLABS = ("mpr", "solid", "fusion"), ("thin", "mip", "minip", "mean")
TURNS, STARTS, COLOURS = (0, 90, 180, 270), ("first", "middle", "last"), ("grey", "hot-iron", "pet", "rainbow")
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


@dataclass(frozen=True)
class PaneRule:
    """One viewport: of this study (0) or of the prior of that rank; the first alternative that fits is hung."""

    prior: int
    series: tuple[SeriesRule, ...]
    look: Look


@dataclass(frozen=True)
class RoomRule:
    """Planes, volume or fusion that are opened of what hangs in a viewport; none where `kind` is empty."""

    kind: str = ""
    pane: int = 0
    slab: str = "thin"
    thickness: int = 10


@dataclass(frozen=True)
class Rule:
    studies: StudyRule
    layout: dict[str, Any]
    panes: tuple[PaneRule, ...]
    room: RoomRule
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


Check = Callable[[Any, str], Any]


def _refuse(where: str) -> InvalidInput:
    return InvalidInput(_("This part of the hanging protocol cannot be read: %(where)s.") % {"where": where}, field=where)


def _one_of(*choices: object) -> Check:
    """One of them, of the same kind: 1.0 and True are no 1."""

    def check(value: Any, where: str) -> Any:
        if not any(type(value) is type(choice) and value == choice for choice in choices):
            raise _refuse(where)
        return value

    return check


def _number(low: float, high: float, *, whole: bool = False) -> Check:
    def check(value: Any, where: str) -> Any:
        kinds = (int,) if whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds) or not low <= value <= high:
            raise _refuse(where)
        return value

    return check


def _flag(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise _refuse(where)
    return value


def _text(longest: int, pattern: re.Pattern[str] | None = None) -> Check:
    def check(value: Any, where: str) -> str:
        if not isinstance(value, str) or len(value) > longest or not value.isprintable():
            raise _refuse(where)
        if value and pattern and not pattern.fullmatch(value):
            raise _refuse(where)
        return value

    return check


def _several(one: Check, most: int) -> Check:
    def check(value: Any, where: str) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple) or len(value) > most or any(not item for item in value):
            raise _refuse(where)
        return tuple(dict.fromkeys(one(item, where) for item in value))

    return check


def _word(value: Any, where: str) -> str:
    """A word as it is looked for: in small letters, without blanks around."""
    return str(_text(LONGEST_WORD)(value, where)).strip().casefold()


_code = _text(16, CODE)
_side = _one_of("", *SIDES)

STUDY_CHECKS: dict[str, Check] = {
    "modalities": _several(_code, MOST_MODALITIES), "regions": _several(_one_of(*REGIONS), len(REGIONS)), "words": _several(_word, 8),
    "laterality": _one_of("", "L", "R", "B"), "least_series": _number(0, 999, whole=True), "most_series": _number(0, 999, whole=True),
    "prior": _one_of("", "with", "without"),
}  # fmt: skip
SERIES_CHECKS: dict[str, Check] = {
    "modality": _code, "words": _several(_word, 8), "without": _several(_word, 8), "plane": _one_of("", *PLANES),
    "thinnest": _number(0, 500), "thickest": _number(0, 500), "least_images": _number(0, 99_999, whole=True),
    "most_images": _number(0, 99_999, whole=True), "laterality": _side, "view": _code, "contrast": _one_of("", "with", "without"),
    "scout": _flag, "nth": _one_of(-1, *range(1, 100)),
}  # fmt: skip
LOOK_CHECKS: dict[str, Check] = {
    "window": _one_of("", CUSTOM, *PRESETS), "centre": _number(-1e6, 1e6), "width": _number(0, 1e6), "zoom": _number(0.1, 20),
    "rotation": _one_of(*TURNS), "flip": _flag, "flip_vertical": _flag, "invert": _flag, "colours": _one_of(*COLOURS),
    "start": _one_of(*STARTS), "cine": _flag,
}  # fmt: skip
ROOM_CHECKS: dict[str, Check] = {
    "kind": _one_of("", *ROOMS), "pane": _number(0, MOST_PANES - 1, whole=True), "slab": _one_of(*SLABS),
    "thickness": _number(1, 100, whole=True),
}  # fmt: skip


def _part(made: type, checks: dict[str, Check], document: Any, where: str) -> Any:
    """One part, of nothing but what it may have. Raises InvalidInput naming the place."""
    if not isinstance(document, dict):
        raise _refuse(where)
    if unknown := set(document) - set(checks):
        raise _refuse(f"{where}.{str(min(map(str, unknown)))[:40]}")
    return made(**{name: checks[name](value, f"{where}.{name}") for name, value in document.items()})


def rule_read(document: Any) -> Rule:
    """The rule of a document that may come from anywhere. Raises InvalidInput; `field` names the part at fault."""
    known = {field.name for field in fields(Rule)}
    if not isinstance(document, dict) or set(document) - known or not {"studies", "layout", "panes"} <= set(document):
        raise _refuse("rule")
    panes = document["panes"]
    if not isinstance(panes, list | tuple) or not 0 < len(panes) <= MOST_PANES:
        raise _refuse("panes")
    room = _part(RoomRule, ROOM_CHECKS, document.get("room", {}), "room")
    if room.pane >= len(panes):
        raise _refuse("room.pane")
    return Rule(
        studies=_studies(document["studies"]), layout=_layout(document["layout"], len(panes)),
        panes=tuple(_pane(pane, f"panes.{index}") for index, pane in enumerate(panes)), room=room,
        sync=_flag(document.get("sync", False), "sync"), lines=_flag(document.get("lines", False), "lines"),
    )  # fmt: skip


def _studies(document: Any) -> StudyRule:
    made: StudyRule = _part(StudyRule, STUDY_CHECKS, document, "studies")
    _in_order(made.least_series, made.most_series, "studies.most_series")
    return made


def _pane(document: Any, where: str) -> PaneRule:
    if not isinstance(document, dict) or set(document) - {"prior", "series", "look"}:
        raise _refuse(where)
    series = document.get("series")
    if not isinstance(series, list | tuple) or not 0 < len(series) <= MOST_ALTERNATIVES:
        raise _refuse(f"{where}.series")
    prior = _number(0, MOST_PRIORS, whole=True)(document.get("prior", 0), f"{where}.prior")
    alternatives = tuple(_series(one, f"{where}.series.{index}") for index, one in enumerate(series))
    return PaneRule(prior, alternatives, _look(document.get("look", {}), f"{where}.look"))


def _series(document: Any, where: str) -> SeriesRule:
    made: SeriesRule = _part(SeriesRule, SERIES_CHECKS, document, where)
    _in_order(made.thinnest, made.thickest, f"{where}.thickest")
    _in_order(made.least_images, made.most_images, f"{where}.most_images")
    return made


def _look(document: Any, where: str) -> Look:
    made: Look = _part(Look, LOOK_CHECKS, document, where)
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
        raise _refuse("layout")
    return tree


def _branch(tree: Any, found: list[int], depth: int) -> dict[str, Any]:
    if not isinstance(tree, dict) or depth > DEEPEST or len(found) > MOST_PANES:
        raise _refuse("layout")
    if set(tree) == {"pane"}:
        found.append(_number(0, MOST_PANES - 1, whole=True)(tree["pane"], "layout"))
        return {"pane": tree["pane"]}
    if set(tree) != {"across", "parts", "sizes"} or not isinstance(tree["parts"], list) or not 2 <= len(tree["parts"]) <= MOST_PANES:
        raise _refuse("layout")
    parts = [_branch(part, found, depth + 1) for part in tree["parts"]]
    return {"across": _flag(tree["across"], "layout"), "parts": parts, "sizes": _shares(tree["sizes"], len(parts))}


def _shares(sizes: Any, parts: int) -> list[float]:
    if not isinstance(sizes, list) or len(sizes) != parts:
        raise _refuse("layout")
    shares = [float(_number(SMALLEST_SHARE, 1)(size, "layout")) for size in sizes]
    if abs(sum(shares) - 1) > 0.01:
        raise _refuse("layout")
    return shares
