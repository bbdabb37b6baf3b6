"""Nodes, and the answers that we owe to commitment requests."""

import logging
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from imaging.access.audit import audit_record
from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.archive.commitment import commitment_answered, commitment_check, commitment_claim, commitment_failed, commitments_due
from imaging.archive.models import CommitmentRequest
from imaging.common.errors import InvalidInput, LightboxError
from imaging.common.said import kept, words_of
from imaging.dimse.models import DicomProcess, RemoteNode
from imaging.dimse.peers import RIGHTS
from imaging.dimse.scu.commitment import event_report
from imaging.dimse.scu.echo import node_echo
from imaging.dimse.selectors import LiveAssociation, association_for

logger = logging.getLogger(__name__)
ERROR_CHARACTERS = 200
RIGHTS_KEPT = (*dict.fromkeys(RIGHTS.values()), "is_destination", "holds_priors", "uses_tls", "is_active")


def due_commitments_answer() -> int:
    """Answer every commitment request that is due; returns how many got through. Failures are kept with the row and tried again."""
    return sum(commitment_answer(pk=pk) for pk in commitments_due())


def commitment_answer(*, pk: int) -> bool:
    """Check and report one request on a new association; False when it is another worker's or did not get through."""
    request = commitment_claim(pk=pk)
    if request is None:
        return False
    commitment_check(request=request)
    try:
        event_report(request=request, node=_node_of(request))
    except LightboxError as error:
        logger.warning("Commitment %s of %s not answered: %s", request.transaction_uid, request.ae_title, error)
        commitment_failed(request=request, error=str(error))
        return False
    commitment_answered(request=request)
    return True


def _node_of(request: CommitmentRequest) -> RemoteNode:
    node = RemoteNode.objects.filter(ae_title=request.ae_title, is_active=True).first()
    if node is None:
        raise InvalidInput(f"No node is set up for {request.ae_title}, so there is nowhere to report to")
    return node


@transaction.atomic
def node_save(*, user: User, node: RemoteNode | None = None, **fields: Any) -> RemoteNode:
    """Set up or change a node. Raises Forbidden, or InvalidInput naming the field at fault."""
    require(user, Act.NODE_MANAGE)
    saved = node or RemoteNode()
    for name, value in fields.items():
        setattr(saved, name, value)
    try:
        saved.full_clean()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise InvalidInput(messages[0], field=field) from error
    saved.save()
    audit_record(
        act="node.save", door="page", user=user, ae_title=saved.ae_title, host=saved.host, port=saved.port,
        rights=[name for name in RIGHTS_KEPT if getattr(saved, name)], max_associations=saved.max_associations,
        max_transfers=saved.max_transfers, max_mbit=saved.max_mbit, sees_protected=saved.may_see_protected,
    )  # fmt: skip
    return saved


def node_test(*, user: User, node: RemoteNode) -> float:
    """C-ECHO to `node`; seconds that it took. What came of it is kept. Raises Forbidden, PeerUnreachable or PeerLost."""
    require(user, Act.NODE_MANAGE)
    try:
        seconds = node_echo(node=node)
    except LightboxError as error:
        _echo_note(node, milliseconds=None, error=words_of(error))
        raise
    _echo_note(node, milliseconds=round(seconds * 1000), error="")
    return seconds


def _echo_note(node: RemoteNode, *, milliseconds: int | None, error: str) -> None:
    now = timezone.now()
    node.last_echo_at, node.last_echo_ms = now, milliseconds
    node.last_echo_error, node.last_echo_values = kept(error, ERROR_CHARACTERS).values()
    heard = {} if milliseconds is None else {"last_seen_at": now}
    told = {name: getattr(node, name) for name in ("last_echo_at", "last_echo_ms", "last_echo_error", "last_echo_values")}
    RemoteNode.objects.filter(pk=node.pk).update(**told, **heard)


@transaction.atomic
def association_abort(*, user: User, process: int, number: int) -> LiveAssociation:
    """Have its process hang up on an association, which happens within about a second. Raises Forbidden, or NotFound when it is over."""
    require(user, Act.NODE_MANAGE)
    found = association_for(user, process, number)
    row = DicomProcess.objects.select_for_update().get(pk=process)
    row.to_abort = sorted({*row.to_abort, number})
    row.save(update_fields=["to_abort"])
    audit_record(act="association.abort", door="page", user=user, ae_title=found.ae_title, address=found.address, doing=str(found.doing))
    return found
