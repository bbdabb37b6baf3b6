"""Storage commitment where we call: the report on what a peer asked earlier (N-EVENT-REPORT, PS3.4 J.3.3), and our own question to an
archive that we sent to (N-ACTION, J.3.2)."""

import logging
import threading
from collections.abc import Iterable

from django.conf import settings
from django.db import connections
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pynetdicom import build_role, evt
from pynetdicom.presentation import build_context

from imaging.archive.models import CommitmentRequest
from imaging.common.said import said as _
from imaging.dimse.contexts import COMMITMENT, COMMITMENT_INSTANCE
from imaging.dimse.models import RemoteNode
from imaging.dimse.reports import report_take
from imaging.dimse.scu.client import PeerLost, associated, status_of

logger = logging.getLogger(__name__)
ALL_SAFE, SOME_FAILED = 1, 2
REQUEST_COMMITMENT = 1
PROCESSING_FAILURE = 0x0110


def event_report(*, request: CommitmentRequest, node: RemoteNode) -> None:
    """Tell `node` what is safe. Raises PeerUnreachable, or PeerLost when it does not take the report."""
    role = build_role(COMMITMENT, scu_role=False, scp_role=True)
    with associated(node.host, node.port, node.ae_title, [build_context(COMMITMENT)], roles=[role]) as assoc:
        kind = SOME_FAILED if request.failures else ALL_SAFE
        response, _reply = assoc.send_n_event_report(_report(request), kind, COMMITMENT, COMMITMENT_INSTANCE)
        status = status_of(response)
    if status != 0:
        raise PeerLost(f"N-EVENT-REPORT was answered with {status:04X}")


def _report(request: CommitmentRequest) -> Dataset:
    failed = {failure[1] for failure in request.failures}
    report = Dataset()
    report.TransactionUID = request.transaction_uid
    report.ReferencedSOPSequence = Sequence([_reference(*pair) for pair in request.references if pair[1] not in failed])
    if request.failures:
        report.FailedSOPSequence = Sequence([_reference(*failure) for failure in request.failures])
    return report


def _reference(sop_class_uid: str, sop_instance_uid: str, reason: int | None = None) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = sop_class_uid, sop_instance_uid
    if reason is not None:
        item.FailureReason = reason
    return item


def commitment_ask_node(*, node: RemoteNode, transaction_uid: str, references: Iterable[tuple[str, str]]) -> None:
    """Ask `node` whether it keeps `references`, and stay for a while: it may answer at once. Later it has to call us.

    Raises PeerUnreachable, or PeerLost when it does not take the question.
    """
    question = Dataset()
    question.TransactionUID = transaction_uid
    question.ReferencedSOPSequence = Sequence(_reference(*pair) for pair in references)
    heard = threading.Event()
    handlers = [(evt.EVT_N_EVENT_REPORT, _hear, [node.ae_title, heard])]
    with associated(node.host, node.port, node.ae_title, [build_context(COMMITMENT)], handlers=handlers) as assoc:
        response, _reply = assoc.send_n_action(question, REQUEST_COMMITMENT, COMMITMENT, COMMITMENT_INSTANCE)
        if status := status_of(response):
            raise PeerLost(
                _("%(node)s answered the question for commitment with %(status)s.") % {"node": node.ae_title, "status": f"{status:04X}"}
            )
        heard.wait(settings.COMMITMENT_STAY_SECONDS)


def _hear(event: evt.Event, ae_title: str, heard: threading.Event) -> tuple[int, None]:
    """The answer on the association that asked; taken only once it is written down."""
    try:
        told = event.event_information
        safe = {str(item.ReferencedSOPInstanceUID) for item in told.get("ReferencedSOPSequence") or []}
        failed = told.get("FailedSOPSequence") or []
        failures = {str(item.ReferencedSOPInstanceUID): int(item.get("FailureReason", 0) or 0) for item in failed}
        return report_take(ae_title=ae_title, transaction_uid=str(told.TransactionUID), safe=safe, failures=failures), None
    except Exception:  # whatever is wrong with the answer must not end the thread that reads for us
        logger.exception("The commitment answer of %s could not be taken", ae_title)
        return PROCESSING_FAILURE, None
    finally:
        heard.set()
        connections.close_all()
