"""What we agree to: SOP classes, transfer syntaxes and roles (PS3.8 9.3, PS3.7 Annex D). Data that the conformance statement prints."""

from dataclasses import dataclass

from django.conf import settings
from pydicom.uid import UID
from pydicom.uid import UID_dictionary as UIDS
from pynetdicom import AllStoragePresentationContexts

from imaging.dimse.pdu import AssociateRequest, ContextAnswer, ProposedContext

VERIFICATION = "1.2.840.10008.1.1"
WORKLIST_FIND = "1.2.840.10008.5.1.4.31"
PERFORMED_STEP, PERFORMED_STEP_RETRIEVE = "1.2.840.10008.3.1.2.3.3", "1.2.840.10008.3.1.2.3.4"
COMMITMENT, COMMITMENT_INSTANCE = "1.2.840.10008.1.20.1", "1.2.840.10008.1.20.1.1"
AVAILABILITY = "1.2.840.10008.5.1.4.33"
PATIENT_FIND, PATIENT_MOVE, PATIENT_GET = (f"1.2.840.10008.5.1.4.1.2.1.{number}" for number in (1, 2, 3))
STUDY_FIND, STUDY_MOVE, STUDY_GET = (f"1.2.840.10008.5.1.4.1.2.2.{number}" for number in (1, 2, 3))
IMPLICIT_LITTLE, EXPLICIT_LITTLE, EXPLICIT_BIG = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"
IDENTIFIER_SYNTAXES = (EXPLICIT_LITTLE, IMPLICIT_LITTLE, EXPLICIT_BIG)
ACCEPTED, NO_ABSTRACT_SYNTAX, NO_TRANSFER_SYNTAX = 0, 3, 4

# Service -> its SOP classes other than storage.
SERVICES: dict[str, tuple[str, ...]] = {
    "verification": (VERIFICATION,),
    "worklist": (WORKLIST_FIND,),
    "mpps": (PERFORMED_STEP, PERFORMED_STEP_RETRIEVE),
    "commitment": (COMMITMENT,),
    "find": (PATIENT_FIND, STUDY_FIND),
    "move": (PATIENT_MOVE, STUDY_MOVE),
    "get": (PATIENT_GET, STUDY_GET),
}
SERVICE_OF = {uid: service for service, uids in SERVICES.items() for uid in uids}
# Places of the service class application information (PS3.4 C.5.1.1, K.5.1). Time zones are not adjusted: nodes send local time.
RELATIONAL, COMBINED, FUZZY, TIME_ZONE = range(4)
GRANTS: dict[str, bytes] = {
    **dict.fromkeys((PATIENT_FIND, STUDY_FIND), bytes([1, 1, 1, 0])),
    **dict.fromkeys((PATIENT_MOVE, STUDY_MOVE, PATIENT_GET, STUDY_GET), bytes([1])),
    WORKLIST_FIND: bytes([1, 1, 1, 0]),
}
STORAGE_CLASSES = frozenset(str(context.abstract_syntax) for context in AllStoragePresentationContexts)


@dataclass(frozen=True)
class Context:
    """An agreed presentation context. `we_send`: by role selection, we are the SCU (C-GET)."""

    id: int
    abstract_syntax: str
    transfer_syntax: str
    we_send: bool = False
    extension: bytes = b""
    """What was granted of extended negotiation, a byte each: see `GRANTS`."""

    @property
    def is_combined(self) -> bool:
        """Whether a date and a time are one span (PS3.4 C.5.1.1.3.1.2)."""
        return _granted(self.extension, COMBINED)

    @property
    def is_fuzzy(self) -> bool:
        """Whether person names match by what resembles them (PS3.4 C.5.1.1.3.1.3)."""
        return _granted(self.extension, FUZZY)


def _granted(extension: bytes, place: int) -> bool:
    return len(extension) > place and extension[place] == 1


def service_of(abstract_syntax: str) -> str | None:
    """The service that `abstract_syntax` belongs to; "storage" also for private and unknown classes where the setting says so."""
    if abstract_syntax in SERVICE_OF:
        return SERVICE_OF[abstract_syntax]
    if abstract_syntax in STORAGE_CLASSES:
        return "storage"
    is_known_otherwise = abstract_syntax in UIDS and not UID(abstract_syntax).name.endswith("Storage")
    return "storage" if settings.DICOM_ANY_STORAGE and not is_known_otherwise else None


def negotiate(request: AssociateRequest) -> tuple[dict[int, Context], list[ContextAnswer], dict[str, tuple[bool, bool]]]:
    """The agreed contexts by id, the answer to every proposed one, and the roles granted."""
    agreed: dict[int, Context] = {}
    answers = []
    for proposed in request.contexts:
        context, answer = _answer(proposed, request)
        answers.append(answer)
        if context is not None:
            agreed[context.id] = context
    classes = {context.abstract_syntax for context in agreed.values()}
    with_roles = {uid for uid in classes if service_of(uid) in {"storage", "commitment"}}
    roles = {uid: role for uid, role in request.roles.items() if uid in with_roles}
    return agreed, answers, roles


def extensions_granted(request: AssociateRequest) -> dict[str, bytes]:
    """Of what the peer would like, what we do; every class that it names and we know is answered."""
    return {
        uid: bytes(ours & (wanted == 1) for ours, wanted in zip(GRANTS[uid], asked, strict=False))
        for uid, asked in request.extensions.items()
        if uid in GRANTS
    }


def _answer(proposed: ProposedContext, request: AssociateRequest) -> tuple[Context | None, ContextAnswer]:
    service = service_of(proposed.abstract_syntax)
    if service is None or not proposed.transfer_syntaxes:
        return None, ContextAnswer(proposed.id, NO_ABSTRACT_SYNTAX, IMPLICIT_LITTLE)
    role = request.roles.get(proposed.abstract_syntax)
    we_send = service == "storage" and role is not None and role[1]
    syntax = _storage_syntax(proposed, we_send) if service == "storage" else _identifier_syntax(proposed)
    if syntax is None:
        return None, ContextAnswer(proposed.id, NO_TRANSFER_SYNTAX, IMPLICIT_LITTLE)
    granted = extensions_granted(request).get(proposed.abstract_syntax, b"")
    return Context(proposed.id, proposed.abstract_syntax, syntax, we_send, granted), ContextAnswer(proposed.id, ACCEPTED, syntax)


def _storage_syntax(proposed: ProposedContext, we_send: bool) -> str:
    """What a sender likes best is kept as it comes; where we send, what anything can be turned into."""
    if we_send:
        return next((uid for uid in (EXPLICIT_LITTLE, IMPLICIT_LITTLE) if uid in proposed.transfer_syntaxes), proposed.transfer_syntaxes[0])
    return proposed.transfer_syntaxes[0]


def _identifier_syntax(proposed: ProposedContext) -> str | None:
    return next((uid for uid in proposed.transfer_syntaxes if uid in IDENTIFIER_SYNTAXES), None)
