"""Systems look too: every query and every retrieval over DICOM is recorded (promise 6)."""

from collections.abc import Iterable

from imaging.access.audit import audit_look, audit_record
from imaging.archive.intake.values import Json, text_of
from imaging.archive.models import Instance
from imaging.dimse.peers import Peer
from imaging.scheduling.models import PerformedStep

PATIENT, ACCESSION, STUDY = "00100020", "00080050", "0020000D"
LONGEST = 300


def asked_of(query: Json) -> str:
    """The keys of a query that hold a value, in short."""
    told = [f"{tag}={text}" for tag in sorted(query) if query[tag].get("vr") != "SQ" and (text := text_of(query, tag, LONGEST))]
    return " ".join(told)[:LONGEST]


def query_note(*, peer: Peer, act: str, query: Json) -> None:
    """Record what `peer` asks for, once in a while for the same question: a scanner asks for its worklist every minute."""
    audit_look(
        actor=str(peer), act=act, door="dicom", key="", query=asked_of(query), patient_number=text_of(query, PATIENT)[:64],
        accession_number=text_of(query, ACCESSION)[:32], study_instance_uid=text_of(query, STUDY)[:64], address=peer.address,
    )  # fmt: skip


def performed_step_note(*, peer: Peer, performed: PerformedStep) -> None:
    """Record that `peer` is told of a performed step."""
    audit_look(
        actor=str(peer), act="mpps.get", door="dicom", key=performed.sop_instance_uid, address=peer.address,
        patient_number=text_of(performed.dataset, PATIENT)[:64], study_instance_uid=performed.study_instance_uid,
    )  # fmt: skip


def retrieval_note(*, peer: Peer, instances: Iterable[Instance], to: str) -> None:
    """Record which studies `peer` has sent to the AE title `to`."""
    counted: dict[int, int] = {}
    studies = {}
    for instance in instances:
        study = instance.series.study
        studies[study.pk] = study
        counted[study.pk] = counted.get(study.pk, 0) + 1
    for key, study in studies.items():
        audit_record(
            actor=str(peer), act="images.retrieve", door="dicom", patient_number=study.patient_id[:64],
            accession_number=study.accession_number, study_instance_uid=study.study_instance_uid, address=peer.address, node=to,
            images=counted[key],
        )  # fmt: skip
