"""What readers kept goes to the archive with the signed report."""

import logging
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.dispatch import receiver

from imaging.access.models import User
from imaging.archive.models import Study
from imaging.viewer.objects.saving import objects_save_marked
from reporting.reports.events import report_addended, report_signed
from reporting.reports.models import Report

logger = logging.getLogger(__name__)


@receiver([report_signed, report_addended], dispatch_uid="reporting.objects")
def objects_follow_the_report(sender: object, *, report: Report, user: User, **_kwargs: Any) -> None:
    """Once the signature is committed: an archive that takes nothing holds up no report. The reader's next saving makes up for it."""
    if settings.OBJECTS_SAVED_ON_SIGNING:
        for study in Study.objects.filter(exam=report.exam, instance_count__gt=0):
            transaction.on_commit(partial(_save, study, user))


def _save(study: Study, user: User) -> None:
    try:
        objects_save_marked(user=user, study=study)
    except Exception:
        logger.exception("Key images and measurements of study %s were not saved to the archive", study.study_instance_uid)
