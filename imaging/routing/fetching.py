"""Having other archives send us studies (C-MOVE): priors ahead of an exam, and single studies that somebody asked for."""

from collections.abc import Callable

from imaging.common.errors import LightboxError
from imaging.common.said import said as _
from imaging.dimse.lines import node_back
from imaging.dimse.scu.query import RemoteStudy, study_fetch
from imaging.orders.models import Exam
from imaging.orders.states import ExamState
from imaging.routing.elsewhere import studies_at
from imaging.routing.lease import job_end
from imaging.routing.models import TransferJob, TransferState
from imaging.routing.priors import priors_chosen
from imaging.routing.progress import Progress
from imaging.routing.sending import node_of

# Nobody compares any more: the report is signed, or there will be none.
OVER = frozenset({ExamState.FINAL, ExamState.ADDENDED, ExamState.CANCELLED, ExamState.DISCONTINUED})


def prefetch_run(job: TransferJob) -> None:
    """Fetch what the node has that is worth comparing with the exam and that we lack. Raises PeerUnreachable or PeerLost."""
    node, exam = node_of(job), _exam_of(job)
    if exam.state in OVER:
        job_end(job, TransferState.CANCELLED, _("The exam is over; nothing was fetched."))
        return
    offered = studies_at(node, exam.patient).studies
    node_back(node=node)
    _fetch(job, priors_chosen(exam, offered))


def fetch_run(job: TransferJob) -> None:
    """Fetch the one study that was asked for, if the node still says that it is this patient's. Raises PeerUnreachable or PeerLost."""
    node, patient = node_of(job), job.whose
    if patient is None:
        raise LightboxError(_("The patient of this transfer is gone."))
    offered = studies_at(node, patient).studies
    node_back(node=node)
    wanted = [study for study in offered if study.study_instance_uid == job.remote_study_uid]
    if not wanted:
        raise LightboxError(_("%(node)s has no such study of this patient.") % {"node": node.ae_title})
    _fetch(job, wanted)


def _exam_of(job: TransferJob) -> Exam:
    if job.exam is None:
        raise LightboxError(_("The exam of this transfer is gone."))
    return job.exam


def _fetch(job: TransferJob, wanted: list[RemoteStudy]) -> None:
    progress = Progress(job)
    known = sum(study.instances or 0 for study in wanted)
    job.done, job.failed, job.total = 0, 0, known
    progress.note()
    for study in wanted:
        before, lost = job.done, job.failed
        done, failed = study_fetch(node=node_of(job), study_instance_uid=study.study_instance_uid, note=_noting(job, progress, known))
        job.done, job.failed = before + done, lost + failed
    job.total = job.done + job.failed
    if job.failed:
        words = {"failed": job.failed, "total": job.total}
        job_end(job, TransferState.FAILED, _("%(failed)s of %(total)s objects did not come") % words)
    else:
        job_end(job, TransferState.DONE)


def _noting(job: TransferJob, progress: Progress, known: int) -> Callable[[int, int, int], None]:
    """Counts of one study on top of those before it."""
    before, lost = job.done, job.failed

    def note(done: int, failed: int, total: int) -> None:
        job.done, job.failed, job.total = before + done, lost + failed, max(known, before + lost + total)
        progress.step()

    return note
