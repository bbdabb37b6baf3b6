"""The left rail, as data: built from the same acts as every door, so that nobody is led to a closed one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from imaging.access.policy import Person, may
from imaging.access.roles import Act


@dataclass(frozen=True)
class Entry:
    """One page of the rail. `letter` opens it after G."""

    key: str
    label: str | Promise
    icon: str
    url_name: str
    act: Act
    letter: str


ENTRIES = (
    Entry("register", pgettext_lazy("rail", "Register"), "user-plus", "register", Act.ORDER_ENTER, "r"),
    Entry("arrivals", pgettext_lazy("rail", "Arrivals"), "door-open", "arrivals", Act.STEP_BOOK, "v"),
    Entry("worklist", pgettext_lazy("rail", "Worklist"), "list-checks", "worklist", Act.EXAM_PERFORM, "w"),
    Entry("reading", pgettext_lazy("rail", "Reading"), "list-checks", "reading", Act.REPORT_WRITE, "l"),
    Entry("reports", pgettext_lazy("rail", "Reports"), "file-text", "reports", Act.REPORT_VIEW, "o"),
    Entry("exams", pgettext_lazy("rail", "Exams"), "route", "exams", Act.EXAM_LIST, "e"),
    Entry("patients", pgettext_lazy("rail", "Patients"), "users", "patients", Act.PATIENT_FIND, "p"),
    Entry("hangings", pgettext_lazy("rail", "Layouts"), "grid-2x2", "hangings", Act.VIEWER_ARRANGE, "m"),
    Entry("unmatched", pgettext_lazy("rail", "Mismatch"), "triangle-alert", "unmatched", Act.ARCHIVE_RECONCILE, "q"),
    Entry("transfers", pgettext_lazy("rail", "Transfers"), "arrow-right-left", "transfers", Act.TRANSFER_VIEW, "t"),
    Entry("storage", pgettext_lazy("rail", "Storage"), "hard-drive", "storage", Act.STORAGE_MANAGE, "g"),
    Entry("billing", pgettext_lazy("rail", "Bills"), "receipt", "billing", Act.BILL_VIEW, "b"),
    Entry("prices", pgettext_lazy("rail", "Price list"), "tags", "billing-prices", Act.BILL_VIEW, "i"),
    Entry("close", pgettext_lazy("rail", "Close day"), "wallet", "billing-close", Act.BILL_VIEW, "c"),
    Entry("dashboard", pgettext_lazy("rail", "Overview"), "layout-dashboard", "dashboard", Act.DASHBOARD_VIEW, "d"),
    Entry("workload", pgettext_lazy("rail", "Workload"), "bar-chart-3", "dashboard-workload", Act.DASHBOARD_VIEW, "k"),
    Entry("turnaround", pgettext_lazy("rail", "Turnaround"), "clock", "dashboard-turnaround", Act.DASHBOARD_VIEW, "u"),
    Entry("revenue", pgettext_lazy("rail", "Revenue"), "wallet", "dashboard-revenue", Act.DASHBOARD_VIEW, "y"),
    Entry("rooms", pgettext_lazy("rail", "Rooms"), "activity", "dashboard-rooms", Act.DASHBOARD_VIEW, "s"),
    Entry("deletions", pgettext_lazy("rail", "Deletions"), "trash-2", "deletions", Act.DELETION_APPROVE, "x"),
    Entry("deadlines", pgettext_lazy("rail", "Deadlines"), "clock", "deadlines", Act.READING_SETUP, "j"),
    Entry("subspecialties", pgettext_lazy("rail", "Sections"), "layers", "subspecialties", Act.READING_SETUP, "f"),
    Entry("messages", pgettext_lazy("rail", "HL7"), "message-square", "messages", Act.MESSAGE_VIEW, "h"),
    Entry("nodes", pgettext_lazy("rail", "Nodes"), "radio-tower", "nodes", Act.NODE_MANAGE, "n"),
    Entry("audit", pgettext_lazy("rail", "Audit"), "shield-check", "audit", Act.AUDIT_VIEW, "a"),
)

Counter = Callable[[Any], int]
_badges: dict[str, Counter] = {}


def badge_register(key: str, count: Counter) -> None:
    """Let a slice count the work that waits behind an entry; `count(user)` must be one indexed query, capped."""
    _badges[key] = count


def entries_for(user: Person, path: str) -> list[dict[str, Any]]:
    """The rail of `user`; the entry whose page holds `path` is current."""
    shown = [(entry, reverse(entry.url_name)) for entry in ENTRIES if may(user, entry.act)]
    current = max((url for _, url in shown if path.startswith(url)), key=len, default=None)
    return [
        {"entry": entry, "url": url, "current": url == current, "badge": _badges[entry.key](user) if entry.key in _badges else 0}
        for entry, url in shown
    ]
