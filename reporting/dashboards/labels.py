"""The words for steps, classes and dimensions."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from imaging.common.formats import written_name
from reporting.dashboards.models import DailyFigure, Dimension
from reporting.dashboards.selectors import Total

STEP_LABELS = {
    "ordered_scheduled": gettext_lazy("Ordered → scheduled"),
    "scheduled_arrived": gettext_lazy("Scheduled → arrived"),
    "arrived_started": gettext_lazy("Arrived → started"),
    "started_completed": gettext_lazy("Started → completed"),
    "completed_preliminary": gettext_lazy("Completed → preliminary"),
    "preliminary_final": gettext_lazy("Preliminary → final"),
    "completed_final": gettext_lazy("Completed → final"),
    "ordered_final": gettext_lazy("Ordered → final"),
}
CLASS_LABELS = {
    "emergency": pgettext_lazy("class of exam", "Emergency"),
    "urgent": pgettext_lazy("class of exam", "Urgent"),
    "inpatient": pgettext_lazy("class of exam", "Inpatient"),
    "outpatient": pgettext_lazy("class of exam", "Outpatient"),
    "checkup": pgettext_lazy("class of exam", "Check-up"),
}
KIND_LABELS = {
    "plain": pgettext_lazy("kind of exam", "plain film"),
    "cross": pgettext_lazy("kind of exam", "CT, MR"),
    "complex": pgettext_lazy("kind of exam", "complex"),
    "other": pgettext_lazy("kind of exam", "other"),
}
GROUPS = (Dimension.MODALITY, Dimension.DEPARTMENT, Dimension.ROOM, Dimension.PERFORMER, Dimension.READER, Dimension.REFERRER)


def class_label(key: str) -> str:
    """`Emergency · plain film` of emergency.plain."""
    row, _dot, column = key.partition(".")
    return f"{CLASS_LABELS.get(row, row)} · {KIND_LABELS.get(column, column)}"


def member_name(dimension: str, total: Total) -> str:
    """What a member of a dimension is called."""
    if dimension == Dimension.CLASS:
        return class_label(total.key)
    if dimension == Dimension.REFERRER:
        return written_name(total.name)
    return _("All") if dimension == Dimension.ALL else total.name


def member_label(dimension: str, key: str) -> str:
    """A member as a chip says it, from its key alone: `Room: CT room 1`."""
    if dimension == Dimension.CLASS:
        return class_label(key)
    if dimension not in Dimension.values:
        return ""
    known = DailyFigure.objects.filter(dimension=dimension, key=key).order_by("-day").first()
    total = Total(key, known.label, known.label_zh) if known else Total(key)
    return f"{Dimension(dimension).label}: {member_name(dimension, total)}"
