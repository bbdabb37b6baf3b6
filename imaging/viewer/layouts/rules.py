"""What may be kept of how somebody left an exam: read as strictly as a hanging protocol, for the viewer hangs it without asking again."""

from typing import Any

from imaging.viewer.checks import Check, flag, number, one_of, part, refusal, row, text
from imaging.viewer.looks import LOOK_CHECKS, MOST_PANES, MOST_VIEWS, ROOM_CHECKS

DEEPEST = 8
LONGEST_NAME = 100  # of a display set: a UID, and what stands before it
FAR = 1e9

LEFT_LOOK_CHECKS: dict[str, Check] = {
    **LOOK_CHECKS, "centre": number(-FAR, FAR), "width": number(0, FAR), "zoom": number(1e-6, 1e6), "pan": row(number(-FAR, FAR), 2),
    "rotation": one_of(*range(-270, 360, 90)),
}  # fmt: skip
CINE_CHECKS: dict[str, Check] = {
    "rate": number(0, 1000), "order": one_of("loop", "bounce", "once"), "from": number(0, 999_999, whole=True),
    "to": number(0, 999_999, whole=True), "step": one_of(-1, 1),
}  # fmt: skip
_mm = number(-1e6, 1e6)
LEFT_ROOM_CHECKS: dict[str, Check] = {**ROOM_CHECKS, "place": row(_mm, 3), "framed": row(row(_mm, 4), *range(MOST_VIEWS + 1))}


def _tree(tree: Any, where: str, depth: int = 0) -> dict[str, Any]:
    """Rows and columns; whether all viewports have their place in it is for the viewer to see."""
    if not isinstance(tree, dict) or depth > DEEPEST:
        raise refusal(where)
    if "pane" in tree:
        return part({"pane": text(LONGEST_NAME)}, tree, where)
    if not isinstance(tree.get("parts"), list) or not 2 <= len(tree["parts"]) <= MOST_PANES:
        raise refusal(where)
    branches = [_tree(one, where, depth + 1) for one in tree["parts"]]
    sizes = row(number(0, 1), len(branches))
    return part({"across": flag, "parts": lambda _parts, _where: branches, "sizes": sizes}, tree, where)


def _pane(pane: Any, where: str) -> dict[str, Any] | None:
    """One viewport; None for one in which nothing hung."""
    return None if pane is None else part(PANE_CHECKS, pane, where)


def _inside(checks: dict[str, Check]) -> Check:
    return lambda value, where: part(checks, value, where)


PANE_CHECKS: dict[str, Check] = {
    "set": text(LONGEST_NAME), "instance": text(64), "frame": number(1, 999_999, whole=True), "look": _inside(LEFT_LOOK_CHECKS),
    "cine": _inside(CINE_CHECKS),
}  # fmt: skip
CHECKS: dict[str, Check] = {
    "layout": text(20), "tree": _tree, "panes": row(_pane, *range(MOST_PANES + 1)), "active": number(-1, MOST_PANES - 1, whole=True),
    "tool": text(40), "linked": flag, "lines": flag, "room": _inside(LEFT_ROOM_CHECKS),
}  # fmt: skip


def arrangement_read(document: Any) -> dict[str, Any]:
    """The arrangement of a document that may come from anywhere. Raises InvalidInput; `field` names the part at fault."""
    return part(CHECKS, document, "arrangement")
