"""/storage/deletions/: what is proposed to be deleted, why, and the second person's yes."""

from typing import Any

from django.conf import settings
from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from imaging.access.audit import audit_list, audit_look
from imaging.access.mixins import ActRequiredMixin, person
from imaging.access.roles import Act
from imaging.archive.life.deletion import deletion_approve, deletion_withdraw, item_keep
from imaging.archive.life.forms import ApprovalForm, ReasonForm
from imaging.archive.life.models import ProposalState
from imaging.archive.life.selectors import SHOWN, item_for, items_shown, proposal_for, proposals_found
from imaging.common.errors import InvalidInput


def _page_of(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return max(1, min(1000, int(text))) if text.isdecimal() else 1


class DeletionsView(ActRequiredMixin, TemplateView):
    act = Act.DELETION_APPROVE
    template_name = "imaging/archive/storage/deletions.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        audit_list(user=person(self.request), act="storage.deletions", door="page")
        page = _page_of(self.request)
        rows = list(proposals_found()[(page - 1) * SHOWN : page * SHOWN])
        next_url = f"?page={page + 1}" if len(rows) == SHOWN else ""
        return super().get_context_data(**kwargs, rows=rows, next_url=next_url, first_url="?" if page > 1 else "")


class DeletionView(ActRequiredMixin, TemplateView):
    """The dry run: every study of a list with its size and the reason."""

    act = Act.DELETION_APPROVE
    template_name = "imaging/archive/storage/deletion.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = person(self.request)
        proposal: Any = proposal_for(user, kwargs["pk"])  # with its counts
        audit_look(user=user, act="storage.deletion", door="page", key=str(proposal.pk), proposal=proposal.pk)
        page = _page_of(self.request)
        items = items_shown(user, proposal, page)
        is_open = proposal.state in {ProposalState.PROPOSED, ProposalState.APPROVED}
        return super().get_context_data(
            **kwargs,
            proposal=proposal,
            items=items,
            grace_days=settings.DELETION_GRACE_DAYS,
            can_approve=proposal.state == ProposalState.PROPOSED and proposal.proposed_by_id != user.pk and proposal.waiting > 0,
            is_own=proposal.state == ProposalState.PROPOSED and proposal.proposed_by_id == user.pk,
            can_withdraw=is_open,
            next_url=f"?page={page + 1}" if len(items) == SHOWN else "",
            first_url="?" if page > 1 else "",
        )


class DeletionApproveView(ActRequiredMixin, View):
    act = Act.DELETION_APPROVE
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        user, form = person(request), ApprovalForm(request.POST)
        if not form.is_valid():
            raise InvalidInput(_("Open the list and look at it first."))
        deletion_approve(user=user, proposal=proposal_for(user, pk), seen_items=form.cleaned_data["seen"])
        notices.success(request, _("Approved. Until the day shown it can be stopped."))
        return redirect("deletion", pk=pk)


class DeletionWithdrawView(ActRequiredMixin, View):
    act = Act.DELETION_APPROVE
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        user = person(request)
        deletion_withdraw(user=user, proposal=proposal_for(user, pk), reason=ReasonForm(request.POST).text())
        notices.success(request, _("Stopped. All images of this list are kept."))
        return redirect("deletion", pk=pk)


class ItemKeepView(ActRequiredMixin, View):
    act = Act.DELETION_APPROVE
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        user = person(request)
        item = item_for(user, pk)
        item_keep(user=user, item=item, reason=ReasonForm(request.POST).text())
        return redirect("deletion", pk=item.proposal_id)
