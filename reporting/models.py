"""The list of models that Django needs; each slice holds its own."""

from reporting.reports.models import DraftCopy, Report, ReportVersion
from reporting.templates_library.models import Macro, ReportTemplate

__all__ = ["DraftCopy", "Macro", "Report", "ReportTemplate", "ReportVersion"]
