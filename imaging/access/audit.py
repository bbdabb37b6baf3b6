"""Writing the audit trail."""

import hashlib
import json
from typing import Any

from imaging.access.chain import chain_add
from imaging.access.models import AuditEvent, Outcome, User
from imaging.common.memory import forget, is_new

SAME_LOOK_SECONDS = 600


def audit_record(
    *,
    act: str,
    door: str,
    user: User | None = None,
    actor: str = "",
    outcome: str = Outcome.SUCCESS,
    patient_number: str = "",
    accession_number: str = "",
    study_instance_uid: str = "",
    address: str = "",
    **detail: Any,
) -> AuditEvent:
    """Add one row to the chain. `door` is page, api, dicomweb, dicom or hl7; `actor` names a system where there is no `user`."""
    event = AuditEvent(
        user=user, actor=actor or (user.label if user else "Lightbox"), door=door, act=act, outcome=outcome, patient_number=patient_number,
        accession_number=accession_number, study_instance_uid=study_instance_uid, address=address, detail=detail,
    )  # fmt: skip
    chain_add(event)
    return event


def audit_look(*, act: str, door: str, key: str, user: User | None = None, actor: str = "", **about: Any) -> None:
    """Record that `user`, or the system `actor`, looks at something, once in ten minutes for the same `key`: a study is one look, not
    one per frame. Another sight of the same thing (masked, then open) is another look."""
    told = json.dumps([key, actor, about], sort_keys=True, ensure_ascii=False, default=str)
    digest = hashlib.sha256(told.encode()).hexdigest()  # what was typed in a search may be no cache key
    once = f"look:{user.pk if user else ''}:{act}:{door}:{digest}"
    if not is_new(once, SAME_LOOK_SECONDS):
        return
    try:
        audit_record(act=act, door=door, user=user, actor=actor, **about)
    except BaseException:
        forget(once)  # nothing was written: the next look must be
        raise


def audit_list(*, user: User, act: str, door: str, **narrowed: str) -> None:
    """Record that `user` reads a list with patients in it; `narrowed` is what was asked for."""
    asked = {name: text for name, text in narrowed.items() if text}
    audit_look(user=user, act=act, door=door, key="", **asked)
