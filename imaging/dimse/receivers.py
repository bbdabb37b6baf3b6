"""What the archive has of peers: who is sending, and rejection notes, carried out at once where the node has the right to, else a person
decides (IHE RAD IOCM)."""

from django.dispatch import receiver

from imaging.archive.completeness import storing_register
from imaging.archive.events import rejection_requested, study_settled
from imaging.archive.models import CaseKind, IntegrityCase, Study
from imaging.archive.queue.rejections import concerns_protected, rejection_carry_out
from imaging.dimse.models import RemoteNode
from imaging.dimse.selectors import storing_now


@receiver(rejection_requested)
def rejection_decide(sender: object, *, case: IntegrityCase, **_kwargs: object) -> None:
    node = RemoteNode.objects.filter(ae_title=case.source_ae_title, is_active=True, may_reject=True).first()
    if node is not None and (node.may_see_protected or not concerns_protected(case)):
        rejection_carry_out(case=case, actor=node.ae_title)


@receiver(study_settled)
def rejections_retry(sender: object, *, study: Study, **_kwargs: object) -> None:
    """A note that came before the images it names waits for them."""
    for case in IntegrityCase.objects.filter(study=study, kind=CaseKind.REJECTION, resolved_at=None):
        rejection_decide(sender=sender, case=case)


storing_register(storing_now)
