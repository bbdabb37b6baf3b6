"""What transfers bring to the exam's time-line."""

from django.utils.translation import gettext_lazy as _

from imaging.access.roles import Act
from imaging.orders.panels import register_panel


def add() -> None:
    register_panel(_("Transfers"), "exam-transfers", Act.TRANSFER_VIEW)
