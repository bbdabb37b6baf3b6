"""The site with two pages more: a live list whose rows the test itself decides, and any patient's banner. Only for tests."""

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

from imaging.access.styleguide import Example
from imaging.common.cards import PatientCard

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


BANNER = """{% extends "base.html" %}{% block title %}Patient{% endblock %}
{% block banner %}{% include "_banner.html" %}{% endblock %}"""


def banner(request: HttpRequest, number: str) -> HttpResponse:
    card = PatientCard(Example(number=number))
    return HttpResponse(engines["django"].from_string(BANNER).render({"card": card}, request))


urlpatterns = [path("banner/<str:number>/", banner), path("list/", page), path("rows/", rows), path("", include("config.urls"))]
