"""Opening an association to a node."""

import contextlib
import socket
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from pynetdicom import AE, Association, _config, evt
from pynetdicom.presentation import PresentationContext

from imaging.common.errors import Retriable
from imaging.common.said import said as _
from imaging.dimse import tls
from imaging.dimse.models import RemoteNode
from imaging.dimse.scu.reactor import keep_answers

# Objects are sent from their files, a PDU at a time, never read whole.
_config.STORE_SEND_CHUNKED_DATASET = True
CONNECT_SECONDS = 5
REQUEST_SECONDS = 60


class PeerUnreachable(Retriable):
    """The node does not answer, or refuses to talk to us; worth another try later."""

    code = "peer-unreachable"


class PeerDeclined(PeerUnreachable):
    """The node is there, but supports nothing of what this was about."""

    code = "peer-declined"


class PeerLost(Retriable):
    """The association broke in the middle of something."""

    code = "peer-lost"


@dataclass(frozen=True)
class Patience:
    """Seconds that a node may take to be reached, to agree to talk, and for each answer."""

    connect: float
    agree: float
    answer: float


def _without_delay(event: evt.Event) -> None:
    sock = event.assoc.dul.socket
    if sock is not None and sock.socket is not None:
        sock.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


@contextlib.contextmanager
def associated(
    host: str,
    port: int,
    ae_title: str,
    contexts: Sequence[PresentationContext],
    *,
    roles: Sequence[Any] = (),
    handlers: Sequence[Any] = (),
    patience: Patience | None = None,
    is_tls: bool | None = None,
) -> Iterator[Association]:
    """An association for as long as the context lasts; released at its end, aborted on an error. Raises PeerUnreachable.

    Over TLS where the node is set up so, whoever calls; `is_tls` says otherwise for what is no node.
    """
    if is_tls is None:
        is_tls = RemoteNode.objects.filter(ae_title=ae_title, host=host, port=port, uses_tls=True).exists()
    ae = AE(settings.AE_TITLE)
    wait = patience or Patience(CONNECT_SECONDS, settings.DICOM_ACSE_SECONDS, REQUEST_SECONDS)
    ae.connection_timeout, ae.acse_timeout, ae.dimse_timeout, ae.network_timeout = wait.connect, wait.agree, wait.answer, wait.answer
    assoc = ae.associate(
        host,
        port,
        contexts=list(contexts),
        ae_title=ae_title,
        ext_neg=list(roles),
        tls_args=(_tls_context(), host) if is_tls else None,
        evt_handlers=[(evt.EVT_CONN_OPEN, _without_delay), *handlers],
    )
    if not assoc.is_established:
        raise _why(assoc, ae_title, host, port, is_tls)
    keep_answers(assoc)
    try:
        yield assoc
    except BaseException:
        assoc.abort()
        raise
    assoc.release()


def _tls_context() -> ssl.SSLContext:
    try:
        return tls.client_context()
    except ImproperlyConfigured as error:
        raise PeerUnreachable(_("Our own TLS certificate or its roots cannot be read; the log says which.")) from error


def _why(assoc: Association, ae_title: str, host: str, port: int, is_tls: bool) -> PeerUnreachable:
    where = {"ae_title": ae_title, "host": host, "port": port}
    if assoc.is_rejected:
        return PeerUnreachable(_("%(ae_title)s at %(host)s:%(port)s refuses to talk to us.") % where)
    if assoc.acceptor.primitive is not None and not assoc.accepted_contexts:
        return PeerDeclined(_("%(ae_title)s at %(host)s:%(port)s supports nothing of what was asked for.") % where)
    if is_tls:
        return PeerUnreachable(_("%(ae_title)s at %(host)s:%(port)s does not answer, or we do not agree on TLS.") % where)
    return PeerUnreachable(_("%(ae_title)s at %(host)s:%(port)s does not answer.") % where)


def status_of(response: Any) -> int:
    """The status of a pynetdicom response. Raises PeerLost when there is none."""
    if not response or "Status" not in response:
        raise PeerLost(_("The connection was lost before an answer came."))
    return int(response.Status)
