"""A system says what it keeps of what we sent it: handed to whoever asked."""

from django.db import transaction

from imaging.dimse.commands import Status
from imaging.dimse.events import commitment_reported
from imaging.dimse.models import RemoteNode


@transaction.atomic
def report_take(*, ae_title: str, transaction_uid: str, safe: set[str], failures: dict[str, int]) -> int:
    """The status for the peer: success once the answer is written down, 0112 for a transaction that we did not begin with it."""
    told = commitment_reported.send(sender=RemoteNode, ae_title=ae_title, transaction_uid=transaction_uid, safe=safe, failures=failures)
    return Status.SUCCESS if any(answer for _receiver, answer in told) else Status.NO_SUCH_INSTANCE
