"""Several DICOM processes on one port: started, started again when one dies, and stopped together.

They share the listening socket. With a socket for each (SO_REUSEPORT) the kernel would deal connections out blindly, four scanners might
meet in one process, and what waited in a killed process's queue would be reset; so a connection waits until any process takes it.
"""

import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from types import FrameType

from django.conf import settings

from imaging.archive.scratch import spool_clean
from imaging.dimse.roster import Roster
from imaging.dimse.server import DicomServer

logger = logging.getLogger(__name__)
HEALTHY_SECONDS = 30.0
LONGEST_PAUSE_SECONDS = 30.0
POLL_SECONDS = 0.2
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def serve_alone(listeners: Sequence[socket.socket]) -> None:
    """One process, which is this one."""
    _serve(DicomServer(listeners), _stop_on_signals)


def serve_together(listeners: Sequence[socket.socket], count: int) -> None:
    """`count` processes below this one, which serves nobody itself. Returns when all have ended after SIGTERM or SIGINT."""
    Flock(listeners, count).run()


def _serve(server: DicomServer, on_server: Callable[[DicomServer], None]) -> None:
    on_server(server)
    server.serve()


def _stop_on_signals(server: DicomServer) -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        server.stop()

    for number in STOP_SIGNALS:
        signal.signal(number, stop)


class Flock:
    def __init__(self, listeners: Sequence[socket.socket], count: int) -> None:
        self._listeners, self._count = listeners, count
        self._roster = Roster(count)
        self._born: dict[int, tuple[float, int]] = {}  # when, and which part of the roster is its own
        self._is_stopping = False
        self._pause = 0.0
        self._again_at = 0.0
        # Whoever holds the far end sees it close when we are gone, however we went: no process is left behind.
        self._life, self._our_end = os.pipe()

    def run(self) -> None:
        for number in STOP_SIGNALS:
            signal.signal(number, self._stop)
        while not self._is_stopping:
            if len(self._born) < self._count and time.monotonic() >= self._again_at:
                self._start()
            self._bury(os.WNOHANG)
            time.sleep(POLL_SECONDS)
        self._end()

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._is_stopping = True

    def _start(self) -> None:
        sys.stdout.flush()
        number = min({*range(self._count)} - {number for _when, number in self._born.values()})
        pid = os.fork()
        if pid == 0:
            self._be_child(number)
        self._born[pid] = (time.monotonic(), number)

    def _be_child(self, number: int) -> None:
        """Never returns: what a child raises must not go on as if it were the parent."""
        status = 1
        try:
            for sign in STOP_SIGNALS:
                signal.signal(sign, signal.SIG_DFL)
            os.close(self._our_end)
            _serve(DicomServer(self._listeners, is_one_of_many=True, roster=self._roster.part(number)), self._stop_child)
            status = 0
        except BaseException:
            logger.exception("A DICOM process ended by a fault")
        finally:
            logging.shutdown()
            os._exit(status)

    def _stop_child(self, server: DicomServer) -> None:
        _stop_on_signals(server)
        # Ctrl-C reaches the whole group; only the parent decides.
        signal.signal(signal.SIGINT, signal.SIG_IGN)

        def watch() -> None:
            os.read(self._life, 1)
            server.stop()

        threading.Thread(target=watch, name="dicom-parent", daemon=True).start()

    def _bury(self, how: int) -> None:
        """Take note of children that have ended, and wait longer before the next start while they die young."""
        for pid in list(self._born):
            if os.waitpid(pid, how)[0] != pid:
                continue
            born, number = self._born.pop(pid)
            lived = time.monotonic() - born
            self._roster.wipe(number)
            spool_clean()  # what it was writing when it was killed
            if self._is_stopping:
                continue
            self._pause = 0.0 if lived > HEALTHY_SECONDS else min(max(1.0, self._pause * 2), LONGEST_PAUSE_SECONDS)
            self._again_at = time.monotonic() + self._pause
            logger.error("DICOM process %d ended; another is started in %.0f s", pid, self._pause)

    def _end(self) -> None:
        for pid in self._born:
            os.kill(pid, signal.SIGTERM)
        # A little longer than an association may take to end, so that nothing is cut off that need not be.
        deadline = time.monotonic() + settings.DICOM_STOP_SECONDS + 3
        while self._born and time.monotonic() < deadline:
            self._bury(os.WNOHANG)
            time.sleep(POLL_SECONDS / 4)
        for pid in self._born:
            logger.error("DICOM process %d did not stop: killed", pid)
            os.kill(pid, signal.SIGKILL)
        self._bury(0)
