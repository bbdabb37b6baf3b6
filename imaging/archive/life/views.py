"""/storage/: where images lie, what happens to them by itself, what was found, and what must be kept."""

from typing import Any

from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from imaging.access.audit import audit_list
from imaging.access.mixins import ActRequiredMixin, person
from imaging.access.roles import Act
from imaging.archive.life.deletion import deletion_propose
from imaging.archive.life.findings import findings_are_many
from imaging.archive.life.forms import HoldForm, ReasonForm, RuleForm
from imaging.archive.life.holds import hold_place, hold_release, holds_in_force, holds_on
from imaging.archive.life.hours import resting_rules, usual_hours
from imaging.archive.life.models import ItemState, LegalHold, StorageRule
from imaging.archive.life.retention import retention_of
from imaging.archive.life.rules import rule_preview, rule_says, rules_in_force
from imaging.archive.life.selectors import (
    duties,
    finding_for,
    findings_shown,
    growth_shown,
    hold_for,
    holds_shown,
    named,
    rule_for,
    savings,
    studies_with_images,
    task_for,
    tasks_shown,
    tasks_waiting,
    tiers_shown,
)
from imaging.archive.life.services import rule_save, task_retry, task_stop
from imaging.archive.life.settling import finding_see_to
from imaging.archive.models import Study
from imaging.common.errors import NotFound
from imaging.orders.looks import audit_exam_look
from imaging.orders.selectors import exam_for

RELEASED_SHOWN = 50


class StorageView(ActRequiredMixin, TemplateView):
    """Tiers, growth, work under way, checks and findings; its part alone for live news."""

    act = Act.STORAGE_MANAGE

    def get_template_names(self) -> list[str]:
        partial = self.request.headers.get("HX-Request") and self.request.GET.get("part") == "storage"
        return ["imaging/archive/storage/_overview.html" if partial else "imaging/archive/storage/overview.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = person(self.request)
        audit_list(user=user, act="storage.view", door="page")
        return super().get_context_data(
            **kwargs,
            tiers=tiers_shown(),
            growth=growth_shown(),
            savings=savings(),
            duties=duties(),
            tasks=tasks_shown(user),
            waiting=tasks_waiting(),
            findings=findings_shown(user),
            checks_rest=findings_are_many(),
            hours=usual_hours(),
            resting=resting_rules(),
        )


class RulesView(ActRequiredMixin, TemplateView):
    act = Act.STORAGE_MANAGE
    template_name = "imaging/archive/storage/rules.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = [(rule, rule_says(rule)) for rule in StorageRule.objects.select_related("author").order_by("kind", "pk")]
        return super().get_context_data(**kwargs, rows=rows)


class RuleView(ActRequiredMixin, View):
    """Set up a rule or change one; what it would do is shown before it is kept."""

    act = Act.STORAGE_MANAGE

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        return self._page(request, _rule(request, pk), RuleForm(instance=_rule(request, pk)))

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        form = RuleForm(request.POST, instance=_rule(request, pk))
        if not form.is_valid():
            return self._page(request, _rule(request, pk), form)
        if "try" in request.POST:
            looked, fitting, octets = rule_preview(form.instance)
            return self._page(request, _rule(request, pk), form, preview={"looked": looked, "fitting": fitting, "bytes": octets})
        rule_save(user=person(request), rule=form.save(commit=False))
        notices.success(request, _("Kept."))
        return redirect("storage-rules")

    @staticmethod
    def _page(request: HttpRequest, rule: StorageRule | None, form: RuleForm, preview: dict[str, int] | None = None) -> HttpResponse:
        return render(
            request,
            "imaging/archive/storage/rule.html",
            {"rule": rule, "form": form, "preview": preview, "hours": usual_hours(), "says": rule_says(rule) if rule else ""},
        )


def _rule(request: HttpRequest, pk: int | None) -> StorageRule | None:
    return rule_for(person(request), pk) if pk else None


class HoldsView(ActRequiredMixin, View):
    act = Act.STORAGE_MANAGE

    def get(self, request: HttpRequest) -> HttpResponse:
        number = request.GET.get("accession", "")[:16]
        return self._page(request, HoldForm(initial={"what": "exam", "number": number}))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = HoldForm(request.POST)
        if not form.is_valid():
            return self._page(request, form)
        values, user = form.cleaned_data, person(request)
        hold_place(user=user, reason=values["reason"], **named(user, values["what"], values["number"]))
        notices.success(request, _("These images are kept until the hold is released."))
        return redirect("storage-holds")

    @staticmethod
    def _page(request: HttpRequest, form: HoldForm) -> HttpResponse:
        user = person(request)
        audit_list(user=user, act="storage.holds", door="page")
        rows = LegalHold.objects.exclude(released_at=None).select_related(
            "patient", "study__matched_patient", "exam__patient", "released_by"
        )
        released = holds_shown(user, rows.order_by("-released_at")[:RELEASED_SHOWN])
        context = {"form": form, "holds": holds_shown(user, holds_in_force().order_by("-pk")), "released": released}
        return render(request, "imaging/archive/storage/holds.html", context)


class HoldReleaseView(ActRequiredMixin, View):
    act = Act.STORAGE_MANAGE
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        user = person(request)
        hold_release(user=user, hold=hold_for(user, pk), reason=ReasonForm(request.POST).text())
        notices.success(request, _("Released. Nothing is deleted by that; a rule or a person would have to propose it."))
        return redirect("storage-holds")


class FindingActView(ActRequiredMixin, View):
    """What a person does about a finding: look again, take the file in, remove it."""

    act = Act.STORAGE_MANAGE
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int, deed: str) -> HttpResponse:
        user = person(request)
        done = finding_see_to(user=user, finding=finding_for(user, pk), deed=deed, reason=ReasonForm(request.POST).text())
        notices.success(request, done)
        return redirect("storage")


class TaskActView(ActRequiredMixin, View):
    """Try a task again, or stop it."""

    act = Act.STORAGE_MANAGE
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int, deed: str) -> HttpResponse:
        user = person(request)
        if deed not in {"retry", "stop"}:
            raise NotFound(_("There is no such act."))
        (task_retry if deed == "retry" else task_stop)(user=user, task=task_for(user, pk))
        return redirect("storage")


class ExamStorageView(ActRequiredMixin, TemplateView):
    """Beside an exam's time-line: where its images lie, until when they are kept, what holds them, what was deleted and why."""

    act = Act.EXAM_LIST
    template_name = "imaging/archive/storage/_exam.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = person(self.request)
        exam = exam_for(user, kwargs["accession"])
        audit_exam_look(user=user, exam=exam, door="page")
        rules = list(rules_in_force())
        rows = Study.objects.filter(exam=exam).select_related("matched_patient", "exam__order").order_by("pk")
        studies = [
            {
                "study": study,
                "kept": retention_of(study, rules),
                "holds": holds_on(study),
                "deleted": study.deletion_items.filter(state=ItemState.DELETED).select_related(
                    "proposal__approved_by", "proposal__proposed_by"
                ),
                "proposed": study.deletion_items.filter(state=ItemState.WAITING).exists(),
            }
            for study in rows
        ]
        return super().get_context_data(**kwargs, exam=exam, studies=studies)


class ExamDeleteView(ActRequiredMixin, View):
    """Propose to delete the images of one exam by hand."""

    act = Act.STORAGE_MANAGE
    http_method_names = ("post",)

    def post(self, request: HttpRequest, accession: str) -> HttpResponse:
        user = person(request)
        exam = exam_for(user, accession)
        deletion_propose(user=user, studies=studies_with_images(exam), reason=ReasonForm(request.POST).text())
        notices.success(request, _("Proposed. A second person has to approve it; nothing is deleted before."))
        return redirect("exam", accession)
