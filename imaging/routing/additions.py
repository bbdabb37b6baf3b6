"""What transfers bring to the exam's time-line, to the patient's page, and to C-MOVE."""

from django.utils.translation import gettext_lazy as _

from imaging.access.roles import Act
from imaging.dimse.moving import mover_register
from imaging.orders.panels import register_panel, register_patient_panel
from imaging.routing.moves import MOVER


def add() -> None:
    mover_register(MOVER)
    register_panel(_("Transfers"), "exam-transfers", Act.TRANSFER_VIEW)
    register_patient_panel(_("Other archives"), "patient-transfers", Act.TRANSFER_VIEW)
