"""The reading list, the panel beside it, and the way to the next exam."""

from typing import Any
from urllib.parse import parse_qsl

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import TemplateView

from imaging.access.audit import audit_list
from imaging.access.mixins import ActRequiredMixin
from imaging.access.models import User
from imaging.access.policy import may
from imaging.access.roles import Act
from imaging.archive.completeness_words import images_say
from imaging.common.errors import NotFound
from imaging.common.typed import whole_number
from imaging.orders.looks import audit_exam_look
from reporting.reading.ahead import ahead_of
from reporting.reading.filters import KINDS, ListFilter
from reporting.reading.models import Audience, ReadingFilter
from reporting.reading.onward import RESUMED, asked_of, next_answer
from reporting.reading.rows import following, in_view, is_cut, late_rows, open_rows, reading_row, signed_rows, signed_today
from reporting.reading.selectors import filters_of, first_list_of, late_images_for
from reporting.reports.actions.holding import may_take_over
from reporting.reports.doors import person
from reporting.reports.handing import colleagues_for
from reporting.reports.panel import side_context

SHOWN = 200
MOST_COUNTED = 100


def list_context(request: HttpRequest) -> dict[str, Any]:
    """The rows of the list and what its tabs count; the tabs keep what narrows it."""
    user, asked = person(request), ListFilter.of(request.GET)
    audit_list(user=user, act="exam.list", door="page", list="reading")
    waiting = open_rows(user, asked)
    rows = {"signed": signed_rows, "late": late_rows}.get(asked.view, lambda *_: in_view(waiting, asked.view))(user, asked)
    counts = {view: len(in_view(waiting, view)) for view in ("open", "mine", "due", "sign")}
    counts |= {"signed": signed_today(user, asked).count(), "late": late_images_for(user)[:MOST_COUNTED].count()}
    return {
        "rows": rows[:SHOWN],
        "total": len(rows),
        "is_cut": is_cut(user, asked) or len(rows) > SHOWN,
        "asked": asked,
        "view": asked.view,
        "counts": counts,
        "overdue": sum(row.is_late for row in waiting),
        "free": next(following(waiting, asked), None) is not None,
        "tabs": _tabs(request, asked, counts),
        **_kept(user, asked),
    }


def _kept(user: User, asked: ListFilter) -> dict[str, Any]:
    """The lists under a name, and which of them this is."""
    kept = list(filters_of(user))
    return {"kept": kept, "current": next((row for row in kept if row.address == asked.address), None)}


def _tabs(request: HttpRequest, asked: ListFilter, counts: dict[str, int]) -> list[dict[str, Any]]:
    """What somebody of this role works through: who may not sign has nothing to sign."""
    signs = may(request.user, Act.REPORT_SIGN)
    labels = {
        "open": _("All open"), "mine": _("Mine"), "due": _("Due within 1 h"), "sign": _("To sign") if signs else _("Waits for a signature"),
        "late": _("Late images"), **({"signed": _("Signed by me today")} if signs else {}),
    }  # fmt: skip
    return [
        {"view": view, "label": label, "count": counts[view], "address": asked.with_(view=view).address, "current": view == asked.view}
        for view, label in labels.items()
    ]


def filter_context(request: HttpRequest, asked: ListFilter) -> dict[str, Any]:
    """The chips, what may be added, and the lists that are kept."""
    user = person(request)
    opened = filters_of(user).filter(owner=user, pk=whole_number(request.GET.get("list")) or 0).first()
    gone = whole_number(request.GET.get("gone"))
    return {
        "chips": asked.chips(),
        "kinds": [
            {"label": kind.label, "choices": [
                {"label": label, "is_on": value in asked.chosen.get(kind.key, ()), "address": asked.toggled(kind.key, value).address}
                for value, label in kind.choices()
            ]}
            for kind in KINDS
        ],
        "first": first_list_of(user),
        "changes": opened if opened and opened.address != asked.address else None,
        "keep": f"&list={opened.pk}" if opened else "",
        "pairs": parse_qsl(asked.with_(text="").address) + ([("list", opened.pk)] if opened else []),
        "gone": ReadingFilter.objects.filter(owner=user, pk=gone).exclude(deleted_at=None).first() if gone else None,
        "audiences": Audience.choices,
    }  # fmt: skip


# Rules by which the browser prepares the page of the next exam are no script (static/viewer/src/datasource/waiting.ts).
@method_decorator(csp_update({"script-src": ["'inline-speculation-rules'"]}), name="dispatch")
class ReadingView(ActRequiredMixin, TemplateView):
    """What waits to be read: overdue first, then the most pressing. Without a query it opens with one's own first list."""

    act = Act.REPORT_WRITE
    template_name = "reporting/reading/reading.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        first = None if request.GET else first_list_of(person(request))
        if first is not None:
            return redirect(f"{reverse('reading')}?{first.address}&list={first.pk}")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {**super().get_context_data(**kwargs), **list_context(self.request)}
        if self.request.session.get(RESUMED) != context["asked"].address:
            self.request.session[RESUMED] = context["asked"].address
        return {**context, **filter_context(self.request, context["asked"])}


class _ReadingPart(ActRequiredMixin, TemplateView):
    act = Act.REPORT_WRITE

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), **list_context(self.request)}


class ReadingRowsView(_ReadingPart):
    """The rows alone, for live news."""

    template_name = "reporting/reading/_rows.html"


class ReadingTabsView(_ReadingPart):
    """The tabs with their counts, for live news."""

    template_name = "reporting/reading/_tabs.html"


def side_answer(request: HttpRequest, accession: str) -> HttpResponse:
    """The panel of an exam. Raises NotFound."""
    user, row = person(request), reading_row(person(request), accession)
    if row is None:
        raise NotFound(_("There is no exam %(accession)s.") % {"accession": accession})
    audit_exam_look(user=user, exam=row.exam, door="page")
    about = {} if row.card.hidden else {**side_context(user, row.exam), "images_say": images_say(row.images)}
    colleagues = (
        colleagues_for(row.report, row.exam, user) if row.report and row.report.locked_by_id == user.pk and not row.card.hidden else None
    )
    takes_over = bool(row.report and row.held_by_other and may_take_over(user, row.report))
    context = {
        "row": row,
        "timeline": reverse("exam", args=[accession]),
        "takes_over": takes_over,
        "offer": row.offer,
        "colleagues": colleagues,
        **about,
    }
    return render(request, "reporting/reading/_side.html", context)


class ReadingSideView(ActRequiredMixin, View):
    """An exam beside the list: why, earlier exams, pictures; for a protected one only that it waits."""

    act = Act.REPORT_WRITE

    def get(self, request: HttpRequest, accession: str) -> HttpResponse:
        return side_answer(request, accession)


class ReadNextView(ActRequiredMixin, View):
    """Take the exam that comes next in the list that one works through."""

    act = Act.REPORT_WRITE
    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        return next_answer(request, request.GET.get("after", ""))


class AheadView(ActRequiredMixin, View):
    """Where the images of the exam are that comes next, so that the browser has them before they are asked for. Nothing is taken."""

    act = Act.REPORT_WRITE

    def get(self, request: HttpRequest) -> JsonResponse:
        audit_list(user=person(request), act="exam.list", door="page", list="reading ahead")
        return JsonResponse(ahead_of(person(request), asked_of(request), request.GET.get("after", "")))
