"""What reports bring to the exam's time-line."""

from django.utils.translation import gettext_lazy as _

from imaging.access.roles import Act
from imaging.orders.panels import register_panel

register_panel(_("Report"), "exam-report", Act.REPORT_VIEW)
