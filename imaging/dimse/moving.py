"""C-MOVE as a lasting job: the seam through which a higher slice keeps and does it. This slice only asks, and tells its peer."""

from collections.abc import Callable
from dataclasses import dataclass

from imaging.archive.models import Instance
from imaging.dimse.models import RemoteNode


@dataclass(frozen=True)
class Move:
    """What is to go where, for whom."""

    node: RemoteNode
    instances: list[Instance]
    asked_by: str
    message_id: int
    priority: int
    """(0000,0700): 0 medium, 1 high, 2 low."""


@dataclass(frozen=True)
class Moved:
    """How far a move has come. `has_ended`: nothing more will come; `waits`: it is tried again later."""

    remaining: int
    completed: int
    failed: int
    warning: int
    has_ended: bool
    waits: bool
    reason: str = ""


@dataclass(frozen=True)
class Mover:
    """`begin` keeps a move and gives its key; `work` does it, unless another worker does; `look` tells how far it is; `cancel` stops it;
    `undone` names the SOP Instance UIDs that have not arrived."""

    begin: Callable[[Move], int]
    work: Callable[[int], None]
    look: Callable[[int], Moved]
    cancel: Callable[[int], None]
    undone: Callable[[int], list[str]]


_movers: list[Mover] = []


def mover_register(mover: Mover) -> None:
    _movers[:] = [mover]


def mover() -> Mover:
    return _movers[0]
