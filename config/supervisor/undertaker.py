"""Ends every process group of ours when the supervisor is gone, even by kill -9.

It is a process of its own that holds one end of a pipe. The supervisor writes "+GROUP" and "-GROUP" lines; when the pipe ends, so has the
supervisor, and what is still on the list is stopped. This needs no help of the children and reaches their children too.
"""

import contextlib
import os
import signal
import time

GRACE_SECONDS = 5.0
STEP_SECONDS = 0.1


class Undertaker:
    """The supervisor's side: start it before anything else, tell it of each group."""

    def __init__(self) -> None:
        reading, writing = os.pipe()
        self._writing: int | None = writing
        self.pid = os.fork()
        if self.pid == 0:
            os.close(writing)
            watch(reading)
        os.close(reading)

    def add(self, group: int) -> None:
        self._tell(f"+{group}\n")

    def remove(self, group: int) -> None:
        self._tell(f"-{group}\n")

    def close(self) -> None:
        """Let it see our end: whatever is still running is stopped."""
        if self._writing is not None:
            os.close(self._writing)
            self._writing = None

    def dismiss(self) -> None:
        """End it after everything else."""
        self.close()
        os.waitpid(self.pid, 0)

    def _tell(self, line: str) -> None:
        if self._writing is not None:
            os.write(self._writing, line.encode())


def watch(reading: int) -> None:
    """The process itself; never returns."""
    os.setsid()
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(ignored, signal.SIG_IGN)
    groups: set[int] = set()
    with os.fdopen(reading) as lines:
        for line in lines:
            group = int(line[1:])
            (groups.add if line.startswith("+") else groups.discard)(group)
    bury(groups)
    os._exit(0)


def bury(groups: set[int]) -> None:
    """SIGTERM, a while to end by themselves, then SIGKILL."""
    for group in groups:
        send(group, signal.SIGTERM)
    until = time.monotonic() + GRACE_SECONDS
    while any(map(is_alive, groups)) and time.monotonic() < until:
        time.sleep(STEP_SECONDS)
    for group in groups:
        send(group, signal.SIGKILL)


def send(leader: int, number: int, *, group: bool = True) -> None:
    """A signal to a process group, or to its leader alone; nothing when it is gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        (os.killpg if group else os.kill)(leader, number)


def is_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True
