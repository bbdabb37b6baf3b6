"""C-STORE to a node: from the file, in its own transfer syntax where the node takes it, else decompressed."""

import io
from collections.abc import Iterable
from dataclasses import dataclass

from pydicom import dcmread
from pydicom.dataset import Dataset
from pynetdicom import Association
from pynetdicom.presentation import PresentationContext, build_context

from imaging.archive.corrections.overlay import file_out
from imaging.archive.models import Instance
from imaging.archive.pictures.transcode import PLAIN, file_as
from imaging.common.errors import LightboxError
from imaging.common.said import Said, words_of
from imaging.common.said import said as _
from imaging.dimse.scu.client import REQUEST_SECONDS, PeerLost, status_of

CONTEXTS = 128
FAILED_HERE = 0xC000
SLOWEST_BYTES_A_SECOND = 128 * 1024
WARNINGS = range(0xB000, 0xC000)


@dataclass(frozen=True)
class Sent:
    """How a C-STORE went: the receiver's status, or ours when we could not send, with the reason."""

    status: int
    reason: str = ""

    @property
    def is_success(self) -> bool:
        return self.status == 0

    @property
    def words(self) -> str:
        """For people: our own sentence, or the receiver's status and what it said."""
        return self.reason if isinstance(self.reason, Said) else f"{self.status:04X} {self.reason}".strip()

    @property
    def is_warning(self) -> bool:
        return self.status in WARNINGS


def contexts_for(pairs: Iterable[tuple[str, str]]) -> list[PresentationContext]:
    """Contexts for (SOP class, stored transfer syntax) pairs: each as stored, and each class plain as a way out."""
    wanted = dict.fromkeys(pairs)
    stored = [build_context(sop_class, syntax) for sop_class, syntax in wanted]
    plain = [build_context(sop_class, list(PLAIN)) for sop_class in dict.fromkeys(pair[0] for pair in wanted)]
    return (stored + plain)[:CONTEXTS]


def seconds_for(instance: Instance) -> float:
    """The longest that sending may take: a large object goes over slow lines too."""
    return REQUEST_SECONDS + instance.size_bytes / SLOWEST_BYTES_A_SECOND


def instance_send(assoc: Association, instance: Instance, *, originator: tuple[str, int] | None = None, message_id: int = 1) -> Sent:
    """Send one object over `assoc`. `originator` is who asked for it by C-MOVE. Raises PeerLost when the association is gone."""
    accepted = {str(cx.transfer_syntax[0]) for cx in assoc.accepted_contexts if cx.abstract_syntax == instance.sop_class_uid}
    if not assoc.is_established:
        raise PeerLost(_("The association ended."))
    assoc.dimse_timeout = seconds_for(instance)
    title, number = originator or (None, None)
    try:
        if instance.transfer_syntax_uid in accepted:
            with file_out(instance) as path:
                response = assoc.send_c_store(path, msg_id=message_id, originator_aet=title, originator_id=number)
        else:
            response = _send_converted(assoc, instance, accepted, message_id, title, number)
    except (LightboxError, OSError, ValueError) as error:
        return Sent(FAILED_HERE, words_of(error))
    status = status_of(response)
    return Sent(status, str(response.get("ErrorComment", "")))


def _send_converted(
    assoc: Association, instance: Instance, accepted: set[str], message_id: int, title: str | None, number: int | None
) -> Dataset:
    syntax = next((uid for uid in PLAIN if uid in accepted), None)
    if syntax is None:
        raise LightboxError(_("The receiver takes no transfer syntax that this object can be sent in."))
    stream = io.BytesIO(b"".join(file_as(instance, syntax)))
    return assoc.send_c_store(dcmread(stream), msg_id=message_id, originator_aet=title, originator_id=number)
