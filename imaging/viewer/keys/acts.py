"""What can have a key in the viewer, which keys there are, and what the mouse buttons can do."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from imaging.viewer.toolbar import PLAIN, TOOLBAR, Button, Family

# Keys that the page needs for itself: go to, help, read next, presets, say where, undo, alone, and the movements.
RESERVED = frozenset({"g", "?", "n", "/", "=", *"123456789"})
# Of the function keys those that no browser takes.
CHOOSABLE = re.compile(r"(shift\+)?([a-z]|f[2489]|arrow(up|down|left|right)|delete)|[0;:,.'\[\]<>+*#\-]|space")
FIXED_ACTS = frozenset({"undo", "alone"})
MOVEMENTS = frozenset({"arrowup", "arrowdown", "arrowleft", "arrowright", "delete"})
LEFT = (
    "scroll", "window", "pan", "zoom", "lens", "length", "diameters", "ctr", "angle", "cobb", "ellipse", "circle", "rectangle", "freehand",
    "spline", "livewire", "probe", "arrow", "note",
)  # fmt: skip
MOVING = ("scroll", "window", "pan", "zoom", "lens")
# By mouse button what it may have: the left one that with which the page begins.
BUTTONS: dict[str, tuple[str, ...]] = {"left": LEFT, "middle": MOVING, "right": MOVING, "wheel": ("scroll", "zoom")}
USUAL_TOOLS = {"left": "window", "middle": "pan", "right": "zoom", "wheel": "scroll"}
BUTTON_SAID: dict[str, str | Promise] = {
    "left": gettext_lazy("Left button, to begin with"), "middle": gettext_lazy("Middle button"), "right": gettext_lazy("Right button"),
    "wheel": gettext_lazy("Wheel"),
}  # fmt: skip
ALSO: dict[str, str | Promise] = {
    "middle": pgettext_lazy("also by", "middle button"), "right": pgettext_lazy("also by", "right button"),
    "wheel": pgettext_lazy("also by", "wheel"),
}  # fmt: skip
Toolbar = tuple[tuple[Button | Family, ...], ...]


@dataclass(frozen=True)
class KeyAct:
    """Something that can be done by a key: of the tool bar, or without a button."""

    act: str
    label: str | Promise
    usual: str
    group: int


@cache
def key_acts() -> dict[str, KeyAct]:
    """All whose key can be changed, by their names, in the order of the tool bar; those without a button come last."""
    found = [KeyAct(one.act, one.hint, one.key, index) for index, group in enumerate(TOOLBAR) for one in _buttons(group)]
    found += [KeyAct(act, label, key, len(TOOLBAR)) for act, key, label in PLAIN]
    return {one.act: one for one in found if one.act not in FIXED_ACTS}


def _buttons(group: tuple[Button | Family, ...]) -> Iterator[Button]:
    for one in group:
        yield from one.buttons if isinstance(one, Family) else (one,)


def is_choosable(key: str) -> bool:
    """Whether an act may have this key; movements need Shift, as alone they step through images and series."""
    return not key or (CHOOSABLE.fullmatch(key) is not None and key not in RESERVED and key not in MOVEMENTS)


def keys_merged(*layers: Mapping[str, str]) -> dict[str, str]:
    """Every act's key: the usual ones, and over them each of `layers`. Of two acts with one key that of the upper layer has it."""
    by_act = {one.act: (one.usual, 0) for one in key_acts().values()}
    for rank, layer in enumerate(layers, start=1):
        by_act |= {act: (key, rank) for act, key in layer.items() if act in by_act and is_choosable(key)}
    holders: dict[str, str] = {}
    for act, (key, rank) in by_act.items():
        if key and (key not in holders or by_act[holders[key]][1] < rank):
            holders[key] = act
    return {act: key if holders.get(key) == act else "" for act, (key, _rank) in by_act.items()}


def tools_merged(*layers: Mapping[str, str]) -> dict[str, str]:
    """Every mouse button's tool."""
    found = dict(USUAL_TOOLS)
    for layer in layers:
        found |= {button: tool for button, tool in layer.items() if tool in BUTTONS.get(button, ())}
    return found


def toolbar_with(keys: Mapping[str, str], tools: Mapping[str, str]) -> Toolbar:
    """The tool bar with these keys, and hints that name the mouse buttons."""
    return tuple(tuple(_item_with(one, keys, tools) for one in group) for group in TOOLBAR)


def _item_with(one: Button | Family, keys: Mapping[str, str], tools: Mapping[str, str]) -> Button | Family:
    if isinstance(one, Family):
        return replace(one, buttons=tuple(_button_with(button, keys, tools) for button in one.buttons))
    return _button_with(one, keys, tools)


def _button_with(one: Button, keys: Mapping[str, str], tools: Mapping[str, str]) -> Button:
    also = [str(ALSO[button]) for button, tool in tools.items() if button in ALSO and tool == one.act]
    hint = _("%(hint)s (also %(buttons)s)") % {"hint": one.hint, "buttons": ", ".join(also)} if also else one.hint
    return replace(one, key=keys.get(one.act, one.key), hint=hint)


def plain_keys(keys: Mapping[str, str]) -> list[tuple[str, str, str | Promise]]:
    """The acts without a button that have a key: act, key and what it does."""
    return [(act, keys[act], label) for act, _usual, label in PLAIN if keys.get(act)]
