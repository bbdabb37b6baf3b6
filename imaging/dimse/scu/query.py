"""C-FIND and C-MOVE to a node that holds studies which we lack."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from pydicom.dataset import Dataset
from pynetdicom.presentation import build_context

from imaging.common.dicom import date_parse, is_uid
from imaging.common.said import said as _
from imaging.dimse.contexts import STUDY_FIND, STUDY_MOVE
from imaging.dimse.models import RemoteNode
from imaging.dimse.scu.client import Patience, PeerLost, associated, status_of

PENDING = (0xFF00, 0xFF01)
RETURNED = ("StudyInstanceUID", "StudyDate", "ModalitiesInStudy", "StudyDescription", "PatientBirthDate", "IssuerOfPatientID")
TEXTS = ("StudyInstanceUID", "StudyDate", "PatientBirthDate", "PatientID", "IssuerOfPatientID")
MOST, ENDLESS = 200, 5000
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
    patient_id: str = ""
    issuer: str = ""

    @property
    def day(self) -> str:
        found = date_parse(self.study_date)
        return found.isoformat() if found else ""


def studies_under(*, node: RemoteNode, patient_ids: Sequence[str], patience: Patience | None = None) -> dict[str, list[RemoteStudy]]:
    """The studies that `node` has under each of these numbers, asked for on one association. Raises PeerUnreachable or PeerLost.

    Who issued a number is asked for, not matched: an archive that keeps no issuer would have nothing (PS3.4 C.2.2.1.3).
    """
    found: dict[str, list[RemoteStudy]] = {}
    with associated(node.host, node.port, node.ae_title, [build_context(STUDY_FIND)], patience=patience) as assoc:
        for patient_id in patient_ids:
            answers = list(_answers(assoc.send_c_find(_question(patient_id), STUDY_FIND)))
            found[patient_id] = [study for study in answers if is_uid(study.study_instance_uid)]
    return found


def _question(patient_id: str) -> Dataset:
    query = Dataset()
    if not patient_id.isascii():
        query.SpecificCharacterSet = "ISO_IR 192"
    query.QueryRetrieveLevel, query.PatientID = "STUDY", patient_id
    for keyword in RETURNED:
        setattr(query, keyword, "")
    query.NumberOfStudyRelatedInstances = None
    return query


def _answers(responses: Iterator[tuple[Dataset, Dataset | None]]) -> Iterator[RemoteStudy]:
    for number, (response, identifier) in enumerate(responses):
        status = status_of(response)
        if status not in PENDING:
            if status != 0:
                raise PeerLost(_("The query was answered with %(status)s.") % {"status": f"{status:04X}"})
            return
        if number >= ENDLESS:
            raise PeerLost(_("The answers to the query do not end."))
        if identifier is not None and number < MOST:
            yield _study(identifier)


def _study(identifier: Dataset) -> RemoteStudy:
    modalities = identifier.get("ModalitiesInStudy") or ()
    listed = (modalities,) if isinstance(modalities, str) else tuple(map(str, modalities))
    text = str(identifier.get("StudyDescription", "") or "")
    count = identifier.get("NumberOfStudyRelatedInstances")
    uid, date, birth, patient_id, issuer = (str(identifier.get(keyword, "") or "") for keyword in TEXTS)
    instances = int(count) if str(count).isdecimal() else None
    return RemoteStudy(uid, date, listed, text, instances, date_parse(birth), patient_id.strip(), issuer.strip())


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
                raise PeerLost(_("%(node)s answered the retrieval with %(status)s.") % {"node": node.ae_title, "status": f"{status:04X}"})
    return done, failed
