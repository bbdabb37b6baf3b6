"""/transfers/rules/: which images go to other systems by themselves."""

from typing import Any

from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from imaging.access.audit import audit_list
from imaging.access.mixins import ActRequiredMixin, person
from imaging.access.roles import Act
from imaging.archive.life.selectors import studies_shown
from imaging.common.errors import InvalidInput
from imaging.routing.forms import RuleForm
from imaging.routing.models import RoutingRule
from imaging.routing.rule_selectors import rule_for, rule_lately, rules_deleted, rules_shown, unfinished_of
from imaging.routing.rule_services import rule_check, rule_delete, rule_restore, rule_save
from imaging.routing.rules import rule_preview


class RulesView(ActRequiredMixin, TemplateView):
    """All rules in their order, with what each did lately."""

    act = Act.TRANSFER_MANAGE
    template_name = "imaging/routing/rules.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        return super().get_context_data(**kwargs, rows=rules_shown(user), deleted=rules_deleted(user))


class RuleView(ActRequiredMixin, View):
    """Set up a rule or change one; what it would do is shown before it is kept."""

    act = Act.TRANSFER_MANAGE

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        rule = rule_for(request.user, pk) if pk else None
        return self._page(request, rule, RuleForm(instance=rule))

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        rule = rule_for(request.user, pk) if pk else None
        form = RuleForm(request.POST, instance=rule)
        preview = None
        if form.is_valid():
            try:
                if "try" not in request.POST:
                    rule_save(user=person(request), rule=form.instance, nodes=form.cleaned_data["nodes"])
                    notices.success(request, _("Kept."))
                    return redirect("routing-rules")
                preview = self._preview(request, form)
            except InvalidInput as error:
                form.add_error(error.field if error.field in form.fields else None, str(error))
        return self._page(request, rule_for(request.user, pk) if pk else None, form, preview)

    @staticmethod
    def _preview(request: HttpRequest, form: RuleForm) -> dict[str, Any]:
        nodes = list(form.cleaned_data["nodes"])
        rule_check(form.instance, nodes)
        told = rule_preview(form.instance, nodes)
        audit_list(user=person(request), act="transfer.rule_try", door="page")
        return {"told": told, "studies": list(studies_shown(person(request), told.shown).values())}

    @staticmethod
    def _page(request: HttpRequest, rule: RoutingRule | None, form: RuleForm, preview: dict[str, Any] | None = None) -> HttpResponse:
        lately = rule_lately(request.user, rule) if rule else []
        if lately:
            audit_list(user=person(request), act="transfer.rule_view", door="page", rule=str(rule.pk if rule else ""))
        context = {"rule": rule, "form": form, "preview": preview, "lately": lately, "unfinished": unfinished_of(rule) if rule else 0}
        return render(request, "imaging/routing/rule.html", context, status=422 if form.errors else 200)


class RuleDeleteView(ActRequiredMixin, View):
    """Delete a rule; with `stop` its transfers that have not ended stop too."""

    act = Act.TRANSFER_MANAGE
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        rule = rule_delete(user=person(request), rule=rule_for(request.user, pk), stops_transfers=bool(request.POST.get("stop")))
        notices.success(request, _("%(rule)s is deleted. Below the rules it can be restored.") % {"rule": rule.name})
        return redirect("routing-rules")


class RuleRestoreView(ActRequiredMixin, View):
    """Have a deleted rule back."""

    act = Act.TRANSFER_MANAGE
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        rule = rule_restore(user=person(request), rule=rule_for(request.user, pk, is_deleted=True))
        notices.success(request, _("%(rule)s is back as it was.") % {"rule": rule.name})
        return redirect("routing-rules")
