"""The site with one page more: a live list whose rows the test itself decides. Only for tests."""

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

ROWS: list[dict[str, object]] = []

ROW = """{% for row in rows %}<tr id="row-{{ row.key }}"{% if row.stat %} data-stat{% endif %}>
<td>{{ row.key }}</td><td>{{ row.state }}</td></tr>{% endfor %}"""
PAGE = (
    """{% extends "base.html" %}{% block title %}Live{% endblock %}{% block content %}
<div class="page flush fill live-part">
<button type="button" class="newsbar" data-newsbar data-key="r" hidden><span data-newsbar-text></span></button>
<div class="table-wrap"><table class="table" data-rows><thead><tr><th>No.</th><th>State</th></tr></thead>
<tbody data-live="worklist" data-live-src="/rows/">"""
    + ROW
    + """</tbody></table></div></div>{% endblock %}"""
)


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(PAGE).render({"rows": ROWS}, request))


def rows(request: HttpRequest) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(ROW).render({"rows": ROWS}, request))


urlpatterns = [path("list/", page), path("rows/", rows), path("", include("config.urls"))]
