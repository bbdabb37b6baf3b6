"""What we agree to: SOP classes, transfer syntaxes and roles (PS3.8 9.3, PS3.7 Annex D). Data that the conformance statement prints."""

from dataclasses import dataclass

from django.conf import settings
from pydicom.uid import UID
from pydicom.uid import UID_dictionary as UIDS
from pynetdicom import AllStoragePresentationContexts

from imaging.dimse.pdu import AssociateRequest, ContextAnswer, ProposedContext

VERIFICATION = "1.2.840.10008.1.1"
WORKLIST_FIND = "1.2.840.10008.5.1.4.31"
PERFORMED_STEP = "1.2.840.10008.3.1.2.3.3"
COMMITMENT, COMMITMENT_INSTANCE = "1.2.840.10008.1.20.1", "1.2.840.10008.1.20.1.1"
PATIENT_FIND, PATIENT_MOVE, PATIENT_GET = (f"1.2.840.10008.5.1.4.1.2.1.{number}" for number in (1, 2, 3))
STUDY_FIND, STUDY_MOVE, STUDY_GET = (f"1.2.840.10008.5.1.4.1.2.2.{number}" for number in (1, 2, 3))
IMPLICIT_LITTLE, EXPLICIT_LITTLE, EXPLICIT_BIG = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"
IDENTIFIER_SYNTAXES = (EXPLICIT_LITTLE, IMPLICIT_LITTLE, EXPLICIT_BIG)
ACCEPTED, NO_ABSTRACT_SYNTAX, NO_TRANSFER_SYNTAX = 0, 3, 4

# Service -> its SOP classes other than storage.
SERVICES: dict[str, tuple[str, ...]] = {
    "verification": (VERIFICATION,),
    "worklist": (WORKLIST_FIND,),
    "mpps": (PERFORMED_STEP,),
    "commitment": (COMMITMENT,),
    "find": (PATIENT_FIND, STUDY_FIND),
    "move": (PATIENT_MOVE, STUDY_MOVE),
    "get": (PATIENT_GET, STUDY_GET),
}
SERVICE_OF = {uid: service for service, uids in SERVICES.items() for uid in uids}
STORAGE_CLASSES = frozenset(str(context.abstract_syntax) for context in AllStoragePresentationContexts)


@dataclass(frozen=True)
class Context:
    """An agreed presentation context. `we_send`: by role selection, we are the SCU (C-GET)."""

    id: int
    abstract_syntax: str
    transfer_syntax: str
    we_send: bool = False


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
        context, answer = _answer(proposed, request.roles.get(proposed.abstract_syntax))
        answers.append(answer)
        if context is not None:
            agreed[context.id] = context
    storage = {context.abstract_syntax for context in agreed.values() if service_of(context.abstract_syntax) == "storage"}
    roles = {uid: role for uid, role in request.roles.items() if uid in storage}
    return agreed, answers, roles


def _answer(proposed: ProposedContext, role: tuple[bool, bool] | None) -> tuple[Context | None, ContextAnswer]:
    service = service_of(proposed.abstract_syntax)
    if service is None or not proposed.transfer_syntaxes:
        return None, ContextAnswer(proposed.id, NO_ABSTRACT_SYNTAX, IMPLICIT_LITTLE)
    we_send = service == "storage" and role is not None and role[1]
    syntax = _storage_syntax(proposed, we_send) if service == "storage" else _identifier_syntax(proposed)
    if syntax is None:
        return None, ContextAnswer(proposed.id, NO_TRANSFER_SYNTAX, IMPLICIT_LITTLE)
    return Context(proposed.id, proposed.abstract_syntax, syntax, we_send), ContextAnswer(proposed.id, ACCEPTED, syntax)


def _storage_syntax(proposed: ProposedContext, we_send: bool) -> str:
    """What a sender likes best is kept as it comes; where we send, what anything can be turned into."""
    if we_send:
        return next((uid for uid in (EXPLICIT_LITTLE, IMPLICIT_LITTLE) if uid in proposed.transfer_syntaxes), proposed.transfer_syntaxes[0])
    return proposed.transfer_syntaxes[0]


def _identifier_syntax(proposed: ProposedContext) -> str | None:
    return next((uid for uid in proposed.transfer_syntaxes if uid in IDENTIFIER_SYNTAXES), None)
