"""N-EVENT-REPORT on a new association: the answer to a commitment request that came earlier (PS3.4 J.3.3)."""

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pynetdicom import build_role
from pynetdicom.presentation import build_context

from imaging.archive.models import CommitmentRequest
from imaging.dimse.contexts import COMMITMENT, COMMITMENT_INSTANCE
from imaging.dimse.models import RemoteNode
from imaging.dimse.scu.client import PeerLost, associated, status_of

ALL_SAFE, SOME_FAILED = 1, 2


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
