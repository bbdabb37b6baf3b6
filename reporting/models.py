"""The list of models that Django needs; each slice holds its own."""

from reporting.billing.models import Bill, Charge, PayerRule, Payment, PaymentLine, Refund
from reporting.dashboards.models import DailyFigure
from reporting.deadlines.models import DeadlineRule
from reporting.reading.models import FirstList, LateImages, ReadingFilter
from reporting.reports.models import DraftCopy, HandOver, Report, ReportVersion, SignedPicture
from reporting.subspecialties.models import Subspecialty
from reporting.templates_library.models import Macro, ReportTemplate

__all__ = [
    "Bill",
    "Charge",
    "DailyFigure",
    "DeadlineRule",
    "DraftCopy",
    "FirstList",
    "HandOver",
    "LateImages",
    "Macro",
    "PayerRule",
    "Payment",
    "PaymentLine",
    "ReadingFilter",
    "Refund",
    "Report",
    "ReportTemplate",
    "ReportVersion",
    "SignedPicture",
    "Subspecialty",
]  # fmt: skip
