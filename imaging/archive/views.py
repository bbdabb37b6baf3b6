"""/unmatched/: images that a person has to decide about."""

from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from imaging.access.audit import audit_list
from imaging.access.mixins import ActRequiredMixin
from imaging.access.models import User
from imaging.access.roles import Act
from imaging.archive.cases import candidates, case_for, cases_found, cases_shown, first_of_alike, sides
from imaging.archive.forms import CaseFilterForm, DecisionForm
from imaging.archive.looks import audit_case_look
from imaging.archive.models import Decision
from imaging.archive.services import case_reopen, case_resolve, cases_alike, decided_together
from imaging.common.errors import InvalidInput
from imaging.orders.models import Exam
from imaging.orders.selectors import exam_for

PAGE_ROWS = 50


def case_rows(request: HttpRequest) -> dict[str, Any]:
    """One page of the queue. It is short by nature; pages further down are by number."""
    form = CaseFilterForm(request.GET)
    values = form.values()
    page = form.cleaned_data.get("page") or 1
    settled = bool(values.get("settled"))
    audit_list(user=cast(User, request.user), act="unmatched.list", door="page", kind=values.get("kind", ""))
    found = cases_found(request.user, kind=values.get("kind", ""), settled=settled)
    found = found if settled else first_of_alike(found)
    rows = list(found[(page - 1) * PAGE_ROWS : page * PAGE_ROWS])
    return {
        "form": form,
        "rows": cases_shown(request.user, rows),
        "is_filtered": bool(values),
        "query": urlencode(values),
        "first_url": f"?{urlencode(values)}" if page > 1 else "",
        "next_url": f"?{urlencode({**values, 'page': page + 1})}" if len(rows) == PAGE_ROWS else "",
    }


class UnmatchedView(ActRequiredMixin, TemplateView):
    act = Act.ARCHIVE_RECONCILE
    template_name = "imaging/archive/unmatched.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, **case_rows(self.request))


class UnmatchedRowsView(UnmatchedView):
    """The rows alone, for live news."""

    template_name = "imaging/archive/_rows.html"


class CaseView(ActRequiredMixin, TemplateView):
    """One case: both sides, the exams that fit, and the decisions to choose from."""

    act = Act.ARCHIVE_RECONCILE
    template_name = "imaging/archive/case.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = cast(User, self.request.user)
        case = case_for(user, kwargs["pk"])
        (shown,) = cases_shown(user, [case])
        audit_case_look(user=user, shown=shown, door="page")
        return super().get_context_data(
            **kwargs,
            shown=shown,
            case=case,
            sides=[] if shown.is_masked else sides(case),
            candidates=candidates(user, case),
            alike=(decided_together(case) if case.resolved_at else cases_alike(case)).count(),
            Decision=Decision,
        )


class CaseDecideView(ActRequiredMixin, View):
    act = Act.ARCHIVE_RECONCILE
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        user = cast(User, request.user)
        case, form = case_for(user, pk), DecisionForm(request.POST)
        if not form.is_valid():
            raise InvalidInput(_("Choose what is to be done."), field="decision")
        wanted = form.cleaned_data
        exam = chosen_exam(user, wanted["accession_number"])
        decision = Decision(wanted["decision"])
        case_resolve(user=user, case=case, decision=decision, exam=exam, reason=wanted["reason"], alike=wanted["alike"])
        notices.success(request, _("Decided. It can be taken back under “Decided ones”."))
        return redirect("unmatched")


def chosen_exam(user: User, accession_number: str) -> Exam | None:
    """The exam that was named, if one was. Raises NotFound when there is none, or none for `user`."""
    return exam_for(user, accession_number.strip()) if accession_number.strip() else None


class CaseReopenView(ActRequiredMixin, View):
    act = Act.ARCHIVE_RECONCILE
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        user = cast(User, request.user)
        case_reopen(user=user, case=case_for(user, pk))
        notices.success(request, _("Taken back: the case is open again."))
        return redirect("unmatched-case", pk=pk)
