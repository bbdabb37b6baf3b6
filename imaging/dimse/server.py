"""The DICOM server: one listening socket, a thread for each association, places bounded and some kept in reserve to say "full"."""

import contextlib
import ipaddress
import logging
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.conf import settings

from imaging.archive.commit_queue import CommitQueue
from imaging.archive.spool import spool_clean
from imaging.dimse.association import Association
from imaging.dimse.handlers import HANDLERS
from imaging.dimse.wire import Wire

logger = logging.getLogger(__name__)
BACKLOG = 128
RESERVE = 8
ACCEPT_SECONDS = 0.5


@dataclass
class DicomServer:
    """Listens on `host`:`port` (0: any free one, see `port` afterwards) until `stop`."""

    host: str
    port: int
    _running: dict[Association, threading.Thread] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self.commits = CommitQueue()
        leftover = spool_clean()
        if leftover:
            logger.warning("%d half-received objects of an earlier run removed", leftover)
        self._listener = _listen(self.host, self.port)
        self.port = self._listener.getsockname()[1]

    def serve(self) -> None:
        """Accept until `stop` is called; then let the open associations end."""
        logger.info("%s listens on %s:%d", settings.AE_TITLE, self.host, self.port)
        self._listener.settimeout(ACCEPT_SECONDS)
        while not self._stopping.is_set():
            try:
                self._take(*self._listener.accept())
            except TimeoutError:
                continue
            except (OSError, RuntimeError):  # no file handle or thread left for this one, or it has gone again: the others go on
                logger.exception("A connection could not be taken")
                self._stopping.wait(ACCEPT_SECONDS)
        self._wind_up()

    def stop(self) -> None:
        self._stopping.set()

    def _take(self, sock: socket.socket, address: tuple[str, int]) -> None:
        with self._lock:
            taken = len(self._running)
        has_place = taken < settings.DICOM_MAX_ASSOCIATIONS or self._make_room()
        if not has_place and taken >= settings.DICOM_MAX_ASSOCIATIONS + RESERVE:
            logger.warning("%s turned away: no place left even to refuse", address[0])
            sock.close()
            return
        association = Association(Wire(sock), _plain(address[0]), HANDLERS, is_welcome=has_place, resources=self.commits)
        thread = threading.Thread(target=self._run, args=(association,), name=f"dicom-{address[0]}:{address[1]}", daemon=True)
        with self._lock:
            self._running[association] = thread
        thread.start()

    def _make_room(self) -> bool:
        """Hang up on whoever has been silent longest since connecting, so that silence shuts nobody out; False when all have spoken."""
        with self._lock:
            silent = next((association for association in self._running if association.is_stranger), None)
        if silent is None:
            return False
        logger.info("%s hung up on: it said nothing and its place is needed", silent.address)
        silent.is_stopping = True
        silent.wire.hang_up()
        return True

    def _run(self, association: Association) -> None:
        try:
            association.run()
        finally:
            with self._lock:
                self._running.pop(association, None)

    def _wind_up(self) -> None:
        """Idle associations end now, busy ones after the request they are at, all within a bounded time."""
        self._listener.close()
        with self._lock:
            open_now = list(self._running.items())
        for association, _thread in open_now:
            association.is_stopping = True
            if association.is_idle:
                association.wire.hang_up()
        for _association, thread in open_now:
            thread.join(settings.DICOM_STOP_SECONDS)
        self.commits.close()
        logger.info("%s has stopped", settings.AE_TITLE)


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.create_server((host, port), backlog=BACKLOG, family=_family(host))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _plain(address: str) -> str:
    """An IPv4 address that came over an IPv6 socket, as itself."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(parsed, "ipv4_mapped", None)
    return str(mapped or parsed)


@contextlib.contextmanager
def serving(host: str = "127.0.0.1", port: int = 0) -> Iterator[DicomServer]:
    """A server in a thread of its own, for as long as the context lasts."""
    server = DicomServer(host, port)
    thread = threading.Thread(target=server.serve, name="dicom-server", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join()
