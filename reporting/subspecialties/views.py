"""/subspecialties/: what belongs to which section of the reading room, and who reads it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.generic import TemplateView, View

from imaging.access.mixins import ActRequiredMixin, person
from imaging.access.roles import Act
from imaging.common.errors import InvalidInput
from imaging.common.typed import whole_number
from reporting.subspecialties.forms import SubspecialtyForm
from reporting.subspecialties.models import Subspecialty
from reporting.subspecialties.selectors import subspecialties_deleted, subspecialties_shown, subspecialty_for
from reporting.subspecialties.services import subspecialty_delete, subspecialty_restore, subspecialty_save


class SubspecialtiesView(ActRequiredMixin, View):
    """All of them, with a form for a new one or for the one that is chosen."""

    act = Act.READING_SETUP

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        chosen = subspecialty_for(request.user, pk) if pk else None
        return self._page(request, chosen, SubspecialtyForm(instance=chosen))

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        form = SubspecialtyForm(request.POST, instance=subspecialty_for(request.user, pk) if pk else None)
        if form.is_valid():
            try:
                kept = subspecialty_save(user=person(request), subspecialty=form.instance, readers=form.chosen())
                return redirect(f"{reverse('subspecialties')}?kept={kept.pk}")
            except InvalidInput as error:
                form.add_error(error.field if error.field in form.fields else None, str(error))
        return self._page(request, subspecialty_for(request.user, pk) if pk else None, form)

    @staticmethod
    def _page(request: HttpRequest, chosen: Subspecialty | None, form: SubspecialtyForm) -> HttpResponse:
        user = request.user
        context: dict[str, Any] = {
            "at": "subspecialty",
            "all_at": "subspecialties",
            "rows_template": "reporting/subspecialties/_rows.html",
            "chosen": chosen,
            "form": form,
            "rows": subspecialties_shown(user),
            "deleted": subspecialties_deleted(user),
        }
        context |= {name: whole_number(request.GET.get(name)) for name in ("kept", "gone")}
        return render(request, "reporting/subspecialties/subspecialties.html", context, status=422 if form.errors else 200)


class SubspecialtyRowsView(ActRequiredMixin, TemplateView):
    """The rows alone, for live news."""

    act = Act.READING_SETUP
    template_name = "reporting/subspecialties/_rows.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, rows=subspecialties_shown(self.request.user))


class SubspecialtyDeleteView(ActRequiredMixin, View):
    act = Act.READING_SETUP
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        subspecialty_delete(user=person(request), subspecialty=subspecialty_for(request.user, pk))
        return redirect(f"{reverse('subspecialties')}?gone={pk}")


class SubspecialtyRestoreView(ActRequiredMixin, View):
    act = Act.READING_SETUP
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        subspecialty_restore(user=person(request), subspecialty=subspecialty_for(request.user, pk, is_deleted=True))
        return redirect("subspecialties")
