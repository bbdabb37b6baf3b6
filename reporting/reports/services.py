"""Everything that changes a report, for doors and higher slices; each act is a file in `actions/`."""

from reporting.reports.actions.addend import addendum_write, report_addend
from reporting.reports.actions.correct import correction_begin, is_correction, report_correct
from reporting.reports.actions.draft import draft_save
from reporting.reports.actions.hand_over import (
    refusal_put_away,
    report_offer,
    report_offer_refuse,
    report_offer_take,
    report_offer_withdraw,
)
from reporting.reports.actions.open import report_open
from reporting.reports.actions.release import report_release, report_take_over
from reporting.reports.actions.send_back import report_send_back
from reporting.reports.actions.sign import report_sign
from reporting.reports.actions.submit import report_submit
from reporting.reports.actions.template import report_template_set

__all__ = [
    "addendum_write",
    "correction_begin",
    "draft_save",
    "is_correction",
    "refusal_put_away",
    "report_addend",
    "report_correct",
    "report_offer",
    "report_offer_refuse",
    "report_offer_take",
    "report_offer_withdraw",
    "report_open",
    "report_release",
    "report_send_back",
    "report_sign",
    "report_submit",
    "report_take_over",
    "report_template_set",
]
