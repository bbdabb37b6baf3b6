"""Filters of the reading list by name: kept, changed, shared, the first that one sees, deleted and restored."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views import View

from imaging.access.mixins import ActRequiredMixin
from imaging.access.roles import Act
from imaging.common.typed import whole_number
from reporting.reading.models import ReadingFilter
from reporting.reading.selectors import own_filter_for
from reporting.reading.services import filter_delete, filter_restore, filter_save, first_list_set
from reporting.reports.doors import person


def to_list(row: ReadingFilter, **more: int) -> HttpResponse:
    return redirect(f"{reverse('reading')}?{row.address}&{urlencode({'list': row.pk, **more})}")


class FilterAct(ActRequiredMixin, View):
    act = Act.REPORT_WRITE
    http_method_names = ("post",)


class FilterSaveView(FilterAct):
    """Keep the list that is shown under a name; with `pk`, change one's own."""

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        user, kept = person(request), own_filter_for(person(request), pk) if pk else None
        form = {name: request.POST.get(name, getattr(kept, name, "")) for name in ("name", "address", "audience")}
        is_first = request.POST.get("is_first") == "1" if "with_first" in request.POST else None
        return to_list(filter_save(user=user, kept=kept, is_first=is_first, **form), kept=1)


class FirstListView(FilterAct):
    """The list opens with this filter, or with none, from now on."""

    def post(self, request: HttpRequest) -> HttpResponse:
        first_list_set(user=person(request), pk=whole_number(request.POST.get("list")))
        return redirect("reading")


class FilterDeleteView(FilterAct):
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = filter_delete(user=person(request), kept=own_filter_for(person(request), pk))
        return redirect(f"{reverse('reading')}?view=open&{urlencode({'gone': row.pk})}")


class FilterRestoreView(FilterAct):
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = filter_restore(user=person(request), kept=own_filter_for(person(request), pk, is_deleted=True))
        return to_list(row)
