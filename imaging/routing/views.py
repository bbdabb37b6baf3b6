"""/transfers/: what is on its way, what got stuck and why; sending a study."""

from typing import Any, ClassVar, cast
from urllib.parse import urlencode

from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView, View

from imaging.access.audit import audit_list
from imaging.access.mixins import ActRequiredMixin, person
from imaging.access.models import User
from imaging.access.roles import Act
from imaging.archive.looks import audit_study_look
from imaging.archive.selectors import studies_visible_to, study_for
from imaging.common.errors import NotFound
from imaging.dimse.selectors import node_for
from imaging.orders.looks import audit_exam_look
from imaging.orders.models import Exam
from imaging.orders.selectors import exam_for
from imaging.patients.cards import Eyes
from imaging.routing.elsewhere import archives
from imaging.routing.forms import SendForm, TransferFilterForm
from imaging.routing.looks import audit_transfer_look
from imaging.routing.selectors import (
    FAILURES_SHOWN,
    items_in_trouble,
    nodes_away,
    transfer_for,
    transfers_found,
    transfers_of,
    transfers_shown,
)
from imaging.routing.services import (
    NORMAL,
    URGENT,
    node_try_now,
    transfer_cancel,
    transfer_prioritise,
    transfer_retry,
    transfer_send,
    transfers_retry_failed,
)

PAGE_ROWS = 50
DIGITS = 18


def transfer_rows(request: HttpRequest) -> dict[str, Any]:
    """One page of the list, as this person may see it."""
    form = TransferFilterForm(request.GET)
    values, before = form.values(), form.before_id()
    audit_list(user=person(request), act="transfer.list", door="page", **values)
    rows = transfers_found(request.user, **values)
    page = list((rows.filter(pk__lt=before) if before else rows)[:PAGE_ROWS])
    context: dict[str, Any] = {
        "form": form,
        "rows": transfers_shown(request.user, page),
        "is_filtered": bool(values),
        "query": urlencode(values),
        "first_url": f"?{urlencode(values)}" if before else "",
        "away": nodes_away(),
    }
    if len(page) == PAGE_ROWS:
        context["next_url"] = f"?{urlencode({**values, 'before': page[-1].pk})}"
    return context


def whole_number(text: str) -> int:
    """0 for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= DIGITS else 0


class TransfersView(ActRequiredMixin, TemplateView):
    """The list, newest first."""

    act = Act.TRANSFER_VIEW
    template_name = "imaging/routing/transfers.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, **transfer_rows(self.request))


class TransferRowsView(TransfersView):
    """The rows alone, for live news."""

    template_name = "imaging/routing/_rows.html"


class AwayView(ActRequiredMixin, TemplateView):
    """The nodes that do not answer, for live news."""

    act = Act.TRANSFER_VIEW
    template_name = "imaging/routing/_away.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, away=nodes_away())


class TransferView(ActRequiredMixin, TemplateView):
    """One transfer, with every object that was not taken and why; its part alone for live news."""

    act = Act.TRANSFER_VIEW

    def get_template_names(self) -> list[str]:
        partial = self.request.headers.get("HX-Request") and self.request.GET.get("part") == "transfer"
        return ["imaging/routing/_transfer.html" if partial else "imaging/routing/transfer.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        job = transfer_for(self.request.user, kwargs["pk"])
        (shown,) = transfers_shown(self.request.user, [job])
        audit_transfer_look(user=person(self.request), shown=shown, door="page")
        after = whole_number(self.request.GET.get("after", ""))
        items = [] if shown.is_masked else items_in_trouble(job, after)
        further = f"?after={items[-1].pk}" if len(items) == FAILURES_SHOWN else ""
        return super().get_context_data(**kwargs, shown=shown, job=job, items=items, next_url=further, first_url="?" if after else "")


class ExamTransfersView(ActRequiredMixin, TemplateView):
    """Beside an exam's time-line: where its images went last, and the way to send them."""

    act = Act.TRANSFER_VIEW
    template_name = "imaging/routing/_exam_transfers.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = person(self.request)
        exam = exam_for(user, kwargs["accession"])
        audit_exam_look(user=user, exam=exam, door="page")
        studies = studies_visible_to(user).filter(exam=exam).order_by("pk")
        return super().get_context_data(**kwargs, studies=studies, jobs=transfers_of(user, exam), looks_elsewhere=can_look(user, exam))


def can_look(user: User, exam: Exam) -> bool:
    """There are other archives to ask, and this person may know for whom."""
    return bool(archives()) and not Eyes(user).see(exam.patient, exam).hidden


class TransferCancelView(ActRequiredMixin, View):
    act = Act.TRANSFER_VIEW
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        user = cast(User, request.user)
        transfer_cancel(job=transfer_for(user, pk), user=user)
        notices.success(request, _("The transfer is being stopped."))
        return redirect("transfer", pk=pk)


class TransferRetryView(ActRequiredMixin, View):
    act = Act.TRANSFER_VIEW
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        user = cast(User, request.user)
        transfer_retry(job=transfer_for(user, pk), user=user)
        notices.success(request, _("It goes on where it ended."))
        return redirect("transfer", pk=pk)


class TransferPriorityView(ActRequiredMixin, View):
    """Earlier or later."""

    act = Act.TRANSFER_VIEW
    http_method_names = ("post",)
    STEPS: ClassVar = {"earlier": -1, "later": 1}

    def post(self, request: HttpRequest, pk: int, way: str) -> HttpResponse:
        user = cast(User, request.user)
        if way not in self.STEPS:
            raise NotFound(_("There is no such act."))
        transfer_prioritise(job=transfer_for(user, pk), user=user, step=self.STEPS[way])
        return redirect("transfer", pk=pk)


class TransfersRetryView(ActRequiredMixin, View):
    """Everything that failed, as the list is narrowed."""

    act = Act.TRANSFER_MANAGE
    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        values = TransferFilterForm(request.POST).values()
        number = transfers_retry_failed(user=person(request), node=values.get("node", ""), kind=values.get("kind", ""))
        notices.success(request, ngettext("%(n)s transfer goes on.", "%(n)s transfers go on.", number) % {"n": number})
        return redirect("transfers")


class NodeTryView(ActRequiredMixin, View):
    """Try a node that does not answer at once."""

    act = Act.TRANSFER_MANAGE
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        node = node_for(request.user, pk)
        node_try_now(user=person(request), node=node)
        notices.success(request, _("%(node)s is being tried.") % {"node": node.ae_title})
        return redirect("transfers")


class SendView(ActRequiredMixin, View):
    """The dialog that asks where a study goes (GET), and sending it (POST)."""

    act = Act.IMAGES_SEND

    def get(self, request: HttpRequest, uid: str) -> HttpResponse:
        study = study_for(request.user, uid)
        audit_study_look(user=person(request), study=study, door="page")
        return render(request, "imaging/routing/_send.html", {"study": study, "form": SendForm()})

    def post(self, request: HttpRequest, uid: str) -> HttpResponse:
        user = cast(User, request.user)
        study, form = study_for(user, uid), SendForm(request.POST)
        if not form.is_valid():
            return render(request, "imaging/routing/_send.html", {"study": study, "form": form}, status=422)
        priority = URGENT if form.cleaned_data["urgent"] else NORMAL
        job = transfer_send(study=study, node=form.cleaned_data["node"], user=user, priority=priority)
        return redirect("transfer", pk=job.pk)
