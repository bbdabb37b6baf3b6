"""/unmatched/: images that a person has to decide about."""

from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView, View

from imaging.access.audit import audit_list
from imaging.access.mixins import ActRequiredMixin
from imaging.access.models import User
from imaging.access.policy import may
from imaging.access.roles import Act
from imaging.archive.corrections.views import gone_on
from imaging.archive.looks import audit_case_look
from imaging.archive.models import Decision, IntegrityCase
from imaging.archive.queue.asking import cases_alike, decided_together
from imaging.archive.queue.batch import cases_resolve
from imaging.archive.queue.claims import case_claim, holder_of, is_held_by_other
from imaging.archive.queue.compare import sides_of
from imaging.archive.queue.forms import BatchForm, CaseFilterForm, DecisionForm
from imaging.archive.queue.pictures import case_differences, case_picture
from imaging.archive.queue.proposals import Proposal, proposals
from imaging.archive.queue.reconcile import MATCH_KINDS
from imaging.archive.queue.rejections import asked_for
from imaging.archive.queue.selectors import Side, case_for, cases_counted, cases_found, cases_shown, first_of_alike, sides
from imaging.archive.queue.services import case_reopen, case_resolve
from imaging.archive.selectors import studies_visible_to
from imaging.common.errors import InvalidInput, NotFound
from imaging.common.formats import clinical_moment
from imaging.orders.models import Exam
from imaging.orders.selectors import exam_for

PAGE_ROWS = 50
# What can be said of many at once; to link each to the exam that is likely for it is one of them.
BATCH_DECISIONS = [one for one in Decision if one != Decision.BY_ITSELF]


def case_rows(request: HttpRequest) -> dict[str, Any]:
    """One page of the queue. It is short by nature; pages further down are by number."""
    form = CaseFilterForm(request.GET)
    values = form.values()
    page = form.cleaned_data.get("page") or 1
    settled = bool(values.get("settled"))
    narrowed = {name: values.get(name, "") for name in ("kind", "source", "q")}
    audit_list(user=cast(User, request.user), act="unmatched.list", door="page", **narrowed)
    found = cases_found(request.user, settled=settled, **narrowed)
    found = found if settled else first_of_alike(found)
    rows = list(found[(page - 1) * PAGE_ROWS : page * PAGE_ROWS])
    return {
        "form": form,
        "rows": cases_shown(request.user, rows),
        "is_filtered": bool(values),
        "counts": cases_counted(request.user),
        "settled": settled,
        "batch": BATCH_DECISIONS,
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
        case_claim(user=user, case=case)
        offered = proposals(user, case, is_masked=shown.is_masked) if case.kind in MATCH_KINDS and not case.resolved_at else []
        chosen = next((one for one in offered if one.exam.accession_number == self.request.GET.get("exam")), None)
        chosen = chosen or (offered[0] if offered else None)
        return super().get_context_data(
            **kwargs,
            shown=shown,
            case=case,
            sides=[] if shown.is_masked else case_sides(case, chosen),
            proposals=offered,
            chosen=chosen,
            holder=holder_of(case),
            is_others=is_held_by_other(case, user),
            has_two=case.kind in MATCH_KINDS or bool(case.quarantine_path),
            study=case.study if case.study and not shown.is_masked else None,
            may_correct=may(user, Act.ARCHIVE_CORRECT),
            exam_pictures=exam_pictures(user, chosen),
            asked=asked_for(case),
            differences=[] if shown.is_masked or case.resolved_at else case_differences(case),
            alike=(decided_together(case) if case.resolved_at else cases_alike(case)).count(),
            Decision=Decision,
        )


def case_sides(case: IntegrityCase, chosen: Proposal | None) -> list[Side]:
    """Images against the exam that may be meant, or the held object against the one that waits."""
    if case.kind in MATCH_KINDS and case.study is not None:
        return sides_of(case.study, chosen)
    return sides(case)


def exam_pictures(user: User, chosen: Proposal | None) -> list[str]:
    """Addresses of small pictures of what the exam has already, as far as `user` may see it."""
    if chosen is None:
        return []
    studies = studies_visible_to(user).filter(exam=chosen.exam, instance_count__gt=0).order_by("pk")[:2]
    return [f"/dicomweb/studies/{study.study_instance_uid}/thumbnail" for study in studies]


class CaseClaimView(ActRequiredMixin, View):
    """Take a case over from who is at it."""

    act = Act.ARCHIVE_RECONCILE
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        user = cast(User, request.user)
        case_claim(user=user, case=case_for(user, pk), take_over=True)
        return redirect("unmatched-case", pk=pk)


class CasePictureView(ActRequiredMixin, View):
    """A small picture of one side of a case; none of a patient whom this person may not know."""

    act = Act.ARCHIVE_RECONCILE

    def get(self, request: HttpRequest, pk: int, side: str) -> HttpResponse:
        user = cast(User, request.user)
        case = case_for(user, pk)
        (shown,) = cases_shown(user, [case])
        if shown.is_masked:
            raise NotFound(_("There is no picture here."))
        audit_case_look(user=user, shown=shown, door="page")
        headers = {"Cache-Control": "no-store"}
        return HttpResponse(case_picture(case, side), content_type="image/jpeg", headers=headers)


class CasesDecideView(ActRequiredMixin, View):
    """The same decision for every chosen case; what could not be decided is said with its reason."""

    act = Act.ARCHIVE_RECONCILE
    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        user, form = cast(User, request.user), BatchForm(request.POST)
        if not form.is_valid():
            raise InvalidInput(_("Choose the cases, and what is to be done with them."), field="decision")
        wanted = form.cleaned_data
        cases = [case_for(user, pk) for pk in dict.fromkeys(wanted["case"])]
        decided = cases_resolve(user=user, cases=cases, decision=Decision(wanted["decision"]), reason=wanted["reason"])
        if decided.done:
            notices.success(request, ngettext("%(n)s case decided.", "%(n)s cases decided.", decided.done) % {"n": decided.done})
        for case, why in decided.refused[:10]:
            notices.warning(request, f"{case.get_kind_display()} · {clinical_moment(case.created_at)} · {why}")
        return gone_on(request, reverse("unmatched"))


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
        return gone_on(request, reverse("unmatched"))


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
