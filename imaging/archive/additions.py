"""What the archive brings to the exam's page: where its images lie, what holds them, and what became of those that were deleted."""

from django.utils.translation import gettext_lazy as _

from imaging.access.roles import Act
from imaging.orders.panels import register_panel


def add() -> None:
    register_panel(_("Storage"), "exam-storage", Act.EXAM_LIST)
