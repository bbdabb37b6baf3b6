"""Every look at whose images are on their way is recorded (promise 6)."""

from imaging.access.audit import audit_look
from imaging.access.models import User
from imaging.routing.selectors import ShownTransfer


def audit_transfer_look(*, user: User, shown: ShownTransfer, door: str) -> None:
    """Record that `user` opens one transfer; the row names the patient where we know one."""
    job = shown.job
    exam, study = job.exam, job.study
    patient = study.matched_patient if study and not exam else job.whose
    sent = {"accession_number": study.accession_number, "study_instance_uid": study.study_instance_uid} if study else {}
    about = {**sent, "patient_number": patient.number if patient else study.patient_id if study else ""}
    audit_look(user=user, act="transfer.view", door=door, key=str(job.pk), transfer=job.pk, masked=shown.is_masked, **about)
