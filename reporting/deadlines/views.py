"""/deadlines/: by when reports are due."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.generic import TemplateView, View

from imaging.access.mixins import ActRequiredMixin, person
from imaging.access.roles import Act
from imaging.common.errors import InvalidInput
from imaging.common.typed import whole_number
from reporting.deadlines.forms import DeadlineForm
from reporting.deadlines.models import DeadlineRule
from reporting.deadlines.selectors import rule_for, rules_deleted, rules_shown
from reporting.deadlines.services import deadline_delete, deadline_restore, deadline_save


class DeadlinesView(ActRequiredMixin, View):
    """All rules, with a form for a new one or for the one that is chosen."""

    act = Act.READING_SETUP

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        chosen = rule_for(request.user, pk) if pk else None
        return self._page(request, chosen, DeadlineForm(instance=chosen))

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        form = DeadlineForm(request.POST, instance=rule_for(request.user, pk) if pk else None)
        if form.is_valid():
            try:
                kept = deadline_save(user=person(request), rule=form.instance)
                return redirect(f"{reverse('deadlines')}?kept={kept.pk}")
            except InvalidInput as error:
                form.add_error(error.field if error.field in form.fields else None, str(error))
        return self._page(request, rule_for(request.user, pk) if pk else None, form)

    @staticmethod
    def _page(request: HttpRequest, chosen: DeadlineRule | None, form: DeadlineForm) -> HttpResponse:
        context: dict[str, Any] = {
            "at": "deadline",
            "all_at": "deadlines",
            "rows_template": "reporting/deadlines/_rows.html",
            "chosen": chosen,
            "form": form,
            "rows": rules_shown(request.user),
            "deleted": rules_deleted(request.user),
            "otherwise": dt.timedelta(minutes=settings.READING_MINUTES),
        }
        context |= {name: whole_number(request.GET.get(name)) for name in ("kept", "gone")}
        return render(request, "reporting/deadlines/deadlines.html", context, status=422 if form.errors else 200)


class DeadlineRowsView(ActRequiredMixin, TemplateView):
    """The rows alone, for live news."""

    act = Act.READING_SETUP
    template_name = "reporting/deadlines/_rows.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, rows=rules_shown(self.request.user))


class DeadlineDeleteView(ActRequiredMixin, View):
    act = Act.READING_SETUP
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        deadline_delete(user=person(request), rule=rule_for(request.user, pk))
        return redirect(f"{reverse('deadlines')}?gone={pk}")


class DeadlineRestoreView(ActRequiredMixin, View):
    act = Act.READING_SETUP
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        deadline_restore(user=person(request), rule=rule_for(request.user, pk, is_deleted=True))
        return redirect("deadlines")
