"""Choose another template, or another language, for a draft."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.common.errors import InvalidInput, WrongState
from reporting.reports.actions.holding import copy_keep, report_lock, require_holder, require_sight
from reporting.reports.models import CopyReason, Report
from reporting.templates_library.choices import is_touched, section
from reporting.templates_library.models import ReportTemplate


@transaction.atomic
def report_template_set(*, report: Report, user: User, template: ReportTemplate) -> Report:
    """Begin again with `template`; sections that somebody wrote in keep their text, and the whole draft is kept as a copy.

    Raises WrongState after signing, ReportTaken when somebody else writes, InvalidInput for a template that is out of use.
    """
    require(user, Act.REPORT_WRITE)
    locked = report_lock(report=report)
    require_sight(exam=locked.exam, user=user)
    if locked.is_signed:
        raise WrongState(_("This report is signed; only an addendum or a corrected version can follow."))
    require_holder(report=locked, user=user)
    if not template.is_active:
        raise InvalidInput(_("This template is not in use any more."), field="template")
    before = locked.template.sections if locked.template else []
    if is_touched(locked.draft_sections, before):
        copy_keep(report=locked, user=user, reason=CopyReason.TEMPLATE, sections=locked.draft_sections, revision=locked.draft_revision)
    locked.draft_sections = _carried_over(locked.draft_sections, before, template)
    locked.template, locked.language = template, template.language
    locked.draft_revision += 1
    locked.save()
    return locked


def _carried_over(written: list[Any], begun: list[Any], template: ReportTemplate) -> list[Any]:
    own = {part["key"]: part["text"] for part in written if is_touched([part], begun)}
    parts = [
        section(part["key"], part["title"], own.pop(part["key"], part["text"]), required=part.get("required", False))
        for part in template.sections
    ]
    left = [part for part in written if part["key"] in own]
    return [*parts, *left]
