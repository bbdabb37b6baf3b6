"""Whose pictures they are: the registered name is the truth, and it is said where the pictures disagree."""

from typing import Any

from imaging.archive.intake.index import GUESSED_TAG
from imaging.archive.models import Study
from imaging.archive.queue.reconcile import names_agree
from imaging.patients.models import Patient


def name_known(study: Study, patient: Patient | None) -> dict[str, Any] | None:
    """The registered name by its groups (PS3.18 F.2.2), the one that the first picture of `study` had, and whether the two agree.

    Nothing for a study that is matched to nobody, or to somebody whose name is not known yet.
    """
    if patient is None or patient.is_unidentified:
        return None
    groups = {"Alphabetic": patient.name, "Ideographic": patient.name_ideographic}
    registered = {group: name for group, name in groups.items() if name}
    return {"registered": registered, "sent": study.patient_name, "agrees": names_agree(study.patient_name, patient)}


def name_guessed(study: Study) -> str:
    """The name in `study` as it was read, where that was a guess: it is not in the character set that came with it."""
    return study.patient_name if GUESSED_TAG in (study.attributes or {}) else ""
