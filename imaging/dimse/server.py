"""The DICOM server: one or two listening sockets, a thread for each association, places given by `admission`."""

import contextlib
import errno
import logging
import select
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.conf import settings

from imaging.archive.intake.commit_queue import CommitQueue
from imaging.archive.scratch import spool_clean
from imaging.dimse import tls
from imaging.dimse.admission import Directory, Gate, Verdict
from imaging.dimse.association import Association
from imaging.dimse.handlers import HANDLERS
from imaging.dimse.live import Reporter
from imaging.dimse.names import plain
from imaging.dimse.roster import Roster, RosterPart
from imaging.dimse.wire import TlsWire, Wire

logger = logging.getLogger(__name__)
BACKLOG = 128
FULL_SECONDS = 0.5  # without a file descriptor or memory for a connection, others have to end first
# Of several processes that wait on one port, the busier one lets the others go first.
POLITE_SECONDS, MOST_POLITE = 0.001, 20


@dataclass
class DicomServer:
    """Serves on `listeners` until `stop`: the first is plain, the second, if any, speaks TLS."""

    listeners: Sequence[socket.socket]
    is_one_of_many: bool = False
    roster: RosterPart = field(default_factory=lambda: Roster().part())
    _running: dict[Association, threading.Thread] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._entered: set[Association] = set()
        self._stopping = threading.Event()
        self._woken, self._wake = socket.socketpair()
        self._tls: ssl.SSLContext | None = tls.server_context() if len(self.listeners) > 1 else None
        leftover = spool_clean()
        if leftover:
            logger.warning("%d half-received objects of an earlier run removed", leftover)
        self.commits = CommitQueue()
        self.directory = Directory()
        self.gate = Gate(self.directory)
        self.reporter = Reporter(self.associations, self.gate.turned_away)

    @property
    def port(self) -> int:
        return int(self.listeners[0].getsockname()[1])

    @property
    def tls_port(self) -> int:
        return int(self.listeners[1].getsockname()[1]) if len(self.listeners) > 1 else 0

    def associations(self) -> list[Association]:
        """Those open now, the oldest first."""
        with self._lock:
            return list(self._running)

    def serve(self) -> None:
        """Accept until `stop` is called; then let the open associations end."""
        logger.info("%s listens on port %d%s", settings.AE_TITLE, self.port, f", TLS on {self.tls_port}" if self.tls_port else "")
        for listener in self.listeners:
            listener.setblocking(False)
        while not self._stopping.is_set():
            ready = set(select.select([*self.listeners, self._woken], [], [])[0]) - {self._woken}
            if ready and self.is_one_of_many:
                self._stopping.wait(POLITE_SECONDS * min(len(self._running), MOST_POLITE))
            for listener in ready:
                self._accept(listener)
        self._wind_up()

    def stop(self) -> None:
        """Also from a signal, and more than once."""
        self._stopping.set()
        with contextlib.suppress(OSError):  # it has stopped already
            self._wake.send(b".")

    def _accept(self, listener: socket.socket) -> None:
        try:
            sock, address = listener.accept()
        except BlockingIOError:  # another process was quicker
            return
        except OSError as error:
            logger.warning("A connection could not be taken: %s", error)
            if error.errno in {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS}:
                self._stopping.wait(FULL_SECONDS)
            return
        try:
            self._take(sock, plain(address[0]), is_tls=listener is not self.listeners[0])
        except (OSError, RuntimeError):  # it has gone again, or there is no thread left for it: the others go on
            logger.exception("A connection could not be taken")
            sock.close()

    def _take(self, sock: socket.socket, address: str, *, is_tls: bool) -> None:
        verdict = self.gate.judge(address, self.associations())
        if verdict is Verdict.CLOSED:
            sock.close()
            return
        wire = TlsWire(sock, self._tls) if is_tls and self._tls else Wire(sock)
        is_welcome = verdict is Verdict.WELCOME
        association = Association(wire, address, HANDLERS, is_welcome=is_welcome, resources=self.commits, has_room=self._has_room)
        thread = threading.Thread(target=self._run, args=(association,), name=f"dicom-{address}-{association.number}", daemon=True)
        with self._lock:
            self._running[association] = thread
        try:
            thread.start()
        except RuntimeError:
            self._forget(association)
            raise

    def _has_room(self, newcomer: Association) -> bool:
        """Whether the node that has just said its name may have one association more, in all processes together."""
        has = self.roster.enter(newcomer.peer.ae_title, newcomer.peer.max_associations)
        if has:
            self._entered.add(newcomer)
        return has

    def _run(self, association: Association) -> None:
        try:
            association.run()
        finally:
            self._forget(association)

    def _forget(self, association: Association) -> None:
        if association in self._entered:
            self._entered.discard(association)
            self.roster.leave(association.peer.ae_title)
        with self._lock:
            self._running.pop(association, None)

    def _wind_up(self) -> None:
        """Idle associations end now, busy ones after the request they are at, all within a bounded time."""
        for sock in (*self.listeners, self._woken, self._wake):
            sock.close()
        with self._lock:
            open_now = list(self._running.items())
        for association, _thread in open_now:
            association.is_stopping = True
            if association.is_idle:
                association.wire.hang_up()
        for _association, thread in open_now:
            thread.join(settings.DICOM_STOP_SECONDS)
        self.reporter.close()
        self.directory.close()
        self.commits.close()
        logger.info("%s has stopped", settings.AE_TITLE)


def listen(host: str, port: int) -> list[socket.socket]:
    """The sockets of our doors: plain, and TLS where a certificate is set. Raises OSError."""
    ports = [port, settings.DICOM_TLS_PORT] if tls.is_offered() else [port]
    return [_listener(host, one) for one in ports]


def _listener(host: str, port: int) -> socket.socket:
    listener = socket.create_server((host, port), backlog=BACKLOG, family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


@contextlib.contextmanager
def serving(host: str = "127.0.0.1", port: int = 0) -> Iterator[DicomServer]:
    """A server in a thread of its own, for as long as the context lasts."""
    server = DicomServer(listen(host, port))
    thread = threading.Thread(target=server.serve, name="dicom-server", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join()
