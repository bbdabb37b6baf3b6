"""The rule as a form: what the page sends becomes a document, and that is read like every other."""

import json
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from imaging.viewer.hanging.formvalues import json_read, number_read, whole_read
from imaging.viewer.hanging.roomforms import room_choices, room_fields, room_of
from imaging.viewer.hanging.rules import MOST_ALTERNATIVES, PLANES, STARTS, PaneRule, Rule, SeriesRule, rule_read
from imaging.viewer.hanging.words import (
    COLOURS_SAID,
    CONTRAST_SAID,
    PLANE_SAID,
    PRESET_SAID,
    PRIOR_SAID,
    REGION_SAID,
    SIDE_SAID,
    START_SAID,
    pane_said,
    series_said,
    studies_said,
)
from imaging.viewer.looks import CUSTOM, MOST_PANES, PRESETS, TURNS

Choices = list[tuple[str, Any]]


@dataclass(frozen=True)
class SeriesFields:
    """One alternative: the beginning of its fields' names, its values, and how it reads. The last one is empty, to be filled in."""

    prefix: str
    rule: SeriesRule
    said: str
    is_new: bool = False

    @property
    def words(self) -> str:
        return ", ".join(self.rule.words)

    @property
    def without(self) -> str:
        return ", ".join(self.rule.without)


@dataclass(frozen=True)
class PaneFields:
    number: int
    prefix: str
    rule: PaneRule
    said: str
    series: list[SeriesFields]


def pane_fields(rule: Rule) -> list[PaneFields]:
    """What the page shows of each viewport."""
    return [
        PaneFields(index + 1, f"p{index}", pane, pane_said(pane), _series_fields(f"p{index}", pane))
        for index, pane in enumerate(rule.panes)
    ]


def _series_fields(prefix: str, pane: PaneRule) -> list[SeriesFields]:
    said = [SeriesFields(f"{prefix}-s{place}", one, series_said(one)) for place, one in enumerate(pane.series)]
    if len(said) < MOST_ALTERNATIVES:
        said.append(SeriesFields(f"{prefix}-s{len(said)}", SeriesRule(), "", is_new=True))
    return said


def choices() -> dict[str, Choices]:
    """What may be chosen in the form's lists."""
    return {
        "regions": list(REGION_SAID.items()),
        "sides": [("", _("any")), *((side, SIDE_SAID[side]) for side in ("L", "R"))],
        "study_sides": [("", _("any")), *SIDE_SAID.items()],
        "priors": [("", _("any")), *PRIOR_SAID.items()],
        "of": [("0", _("this study")), *((str(n), _("prior no. %(n)s") % {"n": n}) for n in range(1, 5))],
        "planes": [("", _("any")), *((plane, PLANE_SAID[plane]) for plane in PLANES)],
        "contrast": [("", _("any")), *CONTRAST_SAID.items()],
        "windows": [("", _("as sent")), *((one, PRESET_SAID[one]) for one in PRESETS), (CUSTOM, _("centre and width"))],
        "turns": [(str(turn), f"{turn}°") for turn in TURNS],
        "starts": [(one, START_SAID[one]) for one in STARTS],
        "colours": list(COLOURS_SAID.items()),
        **room_choices(),
    }


def editor_context(rule: Rule) -> dict[str, Any]:
    """What `_editor.html` needs to show a rule."""
    return {
        "rule": rule,
        "studies_said": studies_said(rule.studies),
        "study_words": ", ".join(rule.studies.words),
        "modalities": " ".join(rule.studies.modalities),
        "layout": json.dumps(rule.layout),
        "panes": pane_fields(rule),
        "choices": choices(),
        "room": room_fields(rule.room),
        "room_panes": [(str(index), index + 1) for index in range(len(rule.panes))],
    }


def rule_of(form: QueryDict) -> Rule:
    """The rule that a form says. Raises InvalidInput; `field` names the part at fault."""
    count = next((index for index in range(MOST_PANES + 1) if f"p{index}-prior" not in form), 0)
    return rule_read(
        {
            "studies": _studies(form),
            "layout": json_read(form, "layout"),
            "panes": [_pane(form, f"p{index}") for index in range(count)],
            "room": room_of(form),
            "sync": "sync" in form,
            "lines": "lines" in form,
        }
    )  # fmt: skip


def _studies(form: QueryDict) -> dict[str, Any]:
    return {
        "modalities": form.get("modalities", "").upper().replace(",", " ").split(),
        "regions": form.getlist("regions"),
        "words": _words(form, "words"),
        "laterality": form.get("laterality", ""),
        "least_series": whole_read(form, "least_series"),
        "most_series": whole_read(form, "most_series"),
        "prior": form.get("prior", ""),
    }


def _pane(form: QueryDict, prefix: str) -> dict[str, Any]:
    alternatives = [_series(form, f"{prefix}-s{place}") for place in range(MOST_ALTERNATIVES) if f"{prefix}-s{place}-modality" in form]
    said = [one for one in alternatives if one != _EMPTY] or alternatives[:1]
    return {"prior": whole_read(form, f"{prefix}-prior"), "series": said, "look": _look(form, prefix)}


def _series(form: QueryDict, prefix: str) -> dict[str, Any]:
    def text(name: str) -> str:
        return form.get(f"{prefix}-{name}", "").strip()

    return {
        "modality": text("modality").upper(), "words": _words(form, f"{prefix}-words"), "without": _words(form, f"{prefix}-without"),
        "plane": text("plane"), "thinnest": number_read(form, f"{prefix}-thinnest"), "thickest": number_read(form, f"{prefix}-thickest"),
        "least_images": whole_read(form, f"{prefix}-least_images"), "most_images": whole_read(form, f"{prefix}-most_images"),
        "laterality": text("laterality"), "view": text("view").upper(), "contrast": text("contrast"),
        "scout": f"{prefix}-scout" in form, "nth": _signed(form, f"{prefix}-nth"),
    }  # fmt: skip


_EMPTY = {
    "modality": "", "words": [], "without": [], "plane": "", "thinnest": 0, "thickest": 0, "least_images": 0, "most_images": 0,
    "laterality": "", "view": "", "contrast": "", "scout": False, "nth": 1,
}  # fmt: skip


def _look(form: QueryDict, prefix: str) -> dict[str, Any]:
    def number(name: str) -> float:
        return number_read(form, f"{prefix}-{name}")

    ticks = {name: f"{prefix}-{name}" in form for name in ("flip", "flip_vertical", "invert", "cine", "smooth")}
    return {
        "window": form.get(f"{prefix}-window", ""), "centre": number("centre"), "width": number("width"), "zoom": number("zoom") or 1,
        "rotation": whole_read(form, f"{prefix}-rotation"), "colours": form.get(f"{prefix}-colours", "grey"),
        "start": form.get(f"{prefix}-start", "first"), **ticks,
    }  # fmt: skip


def _words(form: QueryDict, name: str) -> list[str]:
    """Words, or phrases, with commas between them."""
    return [word.strip() for word in form.get(name, "").replace("，", ",").split(",") if word.strip()]


def _signed(form: QueryDict, name: str) -> int:
    return whole_read(form, name) or 1
