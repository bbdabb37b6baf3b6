"""C-FIND and C-MOVE to a node that holds studies which we lack."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.conf import settings
from pydicom.dataset import Dataset
from pynetdicom.presentation import build_context

from imaging.common.dicom import date_parse, is_uid
from imaging.dimse.contexts import STUDY_FIND, STUDY_MOVE
from imaging.dimse.models import RemoteNode
from imaging.dimse.scu.client import Patience, PeerLost, associated, status_of

PENDING = (0xFF00, 0xFF01)
MOST = 200
Note = Callable[[int, int, int], None]


@dataclass(frozen=True)
class RemoteStudy:
    study_instance_uid: str
    study_date: str
    modalities: tuple[str, ...]
    description: str
    instances: int | None = None
    """How many objects it has, where the node says so."""
    birth_date: dt.date | None = None
    """Of the patient, as the node has it: the same number may be somebody else's there."""

    @property
    def day(self) -> str:
        found = date_parse(self.study_date)
        return found.isoformat() if found else ""


def studies_of_patient(*, node: RemoteNode, patient_id: str, patience: Patience | None = None) -> list[RemoteStudy]:
    """The studies that `node` has of the patient with this number. Raises PeerUnreachable or PeerLost."""
    query = Dataset()
    query.QueryRetrieveLevel, query.PatientID = "STUDY", patient_id
    for keyword in ("StudyInstanceUID", "StudyDate", "ModalitiesInStudy", "StudyDescription", "PatientBirthDate"):
        setattr(query, keyword, "")
    query.NumberOfStudyRelatedInstances = None
    with associated(node.host, node.port, node.ae_title, [build_context(STUDY_FIND)], patience=patience) as assoc:
        found = list(_answers(assoc.send_c_find(query, STUDY_FIND)))
    return [study for study in found if is_uid(study.study_instance_uid)]


def _answers(responses: Iterator[tuple[Dataset, Dataset | None]]) -> Iterator[RemoteStudy]:
    for number, (response, identifier) in enumerate(responses):
        status = status_of(response)
        if status not in PENDING:
            if status != 0:
                raise PeerLost(f"The query was answered with {status:04X}")
            return
        if identifier is not None and number < MOST:
            yield _study(identifier)


def _study(identifier: Dataset) -> RemoteStudy:
    modalities = identifier.get("ModalitiesInStudy") or ()
    listed = (modalities,) if isinstance(modalities, str) else tuple(map(str, modalities))
    text = str(identifier.get("StudyDescription", "") or "")
    count = identifier.get("NumberOfStudyRelatedInstances")
    uid, date = (str(identifier.get(keyword, "") or "") for keyword in ("StudyInstanceUID", "StudyDate"))
    born = date_parse(str(identifier.get("PatientBirthDate", "") or ""))
    return RemoteStudy(uid, date, listed, text, int(count) if str(count).isdecimal() else None, born)


def study_fetch(*, node: RemoteNode, study_instance_uid: str, note: Note) -> tuple[int, int]:
    """Have `node` send us a study (C-MOVE). `note(done, failed, total)` hears how far it is; returns done and failed.

    Raises PeerUnreachable or PeerLost.
    """
    query = Dataset()
    query.QueryRetrieveLevel, query.StudyInstanceUID = "STUDY", study_instance_uid
    done = failed = 0
    with associated(node.host, node.port, node.ae_title, [build_context(STUDY_MOVE)]) as assoc:
        for response, _identifier in assoc.send_c_move(query, settings.AE_TITLE, STUDY_MOVE):
            status = status_of(response)
            done = int(response.get("NumberOfCompletedSuboperations", done) or 0) + int(
                response.get("NumberOfWarningSuboperations", 0) or 0
            )
            failed = int(response.get("NumberOfFailedSuboperations", failed) or 0)
            note(done, failed, done + failed + int(response.get("NumberOfRemainingSuboperations", 0) or 0))
            if status not in PENDING and not done and status not in (0, 0xB000):
                raise PeerLost(f"{node.ae_title} answered the retrieval with {status:04X}")
    return done, failed
