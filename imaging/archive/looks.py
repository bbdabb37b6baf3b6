"""Every look at images is recorded (promise 6)."""

from collections.abc import Iterable

from django.http import HttpRequest

from imaging.access.audit import audit_look
from imaging.access.models import User
from imaging.access.roles import Act
from imaging.archive.life.recall import study_viewed
from imaging.archive.models import Study
from imaging.archive.queue.selectors import ShownCase
from imaging.common.ahead import is_ahead
from imaging.common.memory import is_known, remember

IMAGES_AHEAD = "images.ahead"
AHEAD_SECONDS = 600
"""How long after it was told what comes next a browser may fetch that ahead: what it asks for later is a look."""


def ahead_offer(*, user: User, studies: Iterable[Study]) -> None:
    """These come next for `user`: their browser may fetch them before they are looked at."""
    for study in studies:
        remember(f"ahead:{user.pk}:{study.pk}", AHEAD_SECONDS)


def is_fetched_ahead(request: HttpRequest, study: Study) -> bool:
    """Whether a browser fetches what was offered to it. That a request says so of itself is not enough: it would look without a look."""
    return is_ahead(request) and is_known(f"ahead:{request.user.pk}:{study.pk}")


def audit_study_look(*, user: User, study: Study, door: str, address: str = "", as_ahead: bool = False) -> None:
    """Record that `user` looks at images of `study`, or at what was kept with them, once in a while for the same door;
    what lies in a slow tier comes back. `as_ahead`: their browser fetched them and shows nothing yet, which is another row and no look."""
    patient = study.matched_patient
    audit_look(
        user=user, act=IMAGES_AHEAD if as_ahead else Act.IMAGES_VIEW.value, door=door, key=study.study_instance_uid,
        patient_number=patient.number if patient else study.patient_id, accession_number=study.accession_number,
        study_instance_uid=study.study_instance_uid, address=address,
    )  # fmt: skip
    study_viewed(study=study)


def audit_case_look(*, user: User, shown: ShownCase, door: str) -> None:
    """Record that `user` opens a question of the human queue."""
    study = shown.study
    about = {
        "patient_number": study.patient_id, "accession_number": study.accession_number, "study_instance_uid": study.study_instance_uid,
    } if study else {}  # fmt: skip
    audit_look(user=user, act="unmatched.view", door=door, key=str(shown.case.pk), case=shown.case.pk, masked=shown.is_masked, **about)
