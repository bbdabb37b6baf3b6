"""Keeps pynetdicom's reactor from taking the answer that a request waits for.

Its thread is only asked to pause when a request is sent. On a busy machine it may be late, find the answer first and drop it
("Received unexpected ... service message"); whoever asked would wait until the time-out, and the object be sent again.
"""

import threading
from typing import Any

from pynetdicom import Association


class Checkpoint(threading.Event):
    """The reactor's event. Once `clear` has returned, the reactor takes no message until it is set again."""

    def __init__(self) -> None:
        super().__init__()
        self.taking = threading.Lock()
        self.set()

    def clear(self) -> None:
        with self.taking:
            super().clear()


class Calling(Association):
    """An association whose reactor alone says that it runs. pynetdicom serves some requests of the peer in a thread of their own, which
    says so at its end, though the reactor may stand by then; who sends or parts next would wait for it for ever."""

    @property
    def _is_paused(self) -> bool:
        return bool(self.__dict__.get("stands", True))

    @_is_paused.setter
    def _is_paused(self, stands: bool) -> None:
        if stands or threading.current_thread() is self:
            self.__dict__["stands"] = stands


def keep_answers(assoc: Association) -> None:
    """To be called once, before the first request on `assoc`."""
    assoc.__class__ = Calling
    checkpoint, take = Checkpoint(), assoc.dimse.get_msg

    def get_msg(block: bool = False) -> Any:
        if block:
            return take(block)
        with checkpoint.taking:
            return take(block) if checkpoint.is_set() else (None, None)

    assoc.dimse.get_msg = get_msg  # type: ignore[method-assign]
    assoc._reactor_checkpoint = checkpoint
