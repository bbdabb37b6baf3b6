"""The site with some pages more: a live list whose rows the test decides, any patient's banner, and acts that fail. Only for tests."""

import json

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

from imaging.access.styleguide import Example
from imaging.common.cards import PatientCard
from imaging.common.errors import WrongState

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
    name = "CHEN^Da-Ming" if number == "00511207" else "LIN^Mei-Hua"
    card = PatientCard(Example(number=number, name=name, name_ideographic=""))
    return HttpResponse(engines["django"].from_string(BANNER).render({"card": card}, request))


ACTS = """{% extends "base.html" %}{% block title %}Acts{% endblock %}{% block content %}<div class="page narrow">
<button type="button" class="btn" hx-post="/refuse/" hx-target="#part">Act</button>
<button type="button" class="btn" hx-post="/break/" hx-target="#part">Break</button>
<button type="button" class="btn" hx-post="/done/" hx-target="#part">Do</button>
<button type="button" class="btn" hx-get="/refuse/" hx-target="#part">Fetch</button>
<div id="part">what was here</div></div>{% endblock %}"""


def acts(request: HttpRequest) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(ACTS).render({}, request))


def refuse(request: HttpRequest) -> HttpResponse:
    raise WrongState("The exam has begun; it cannot be moved.")


def fault(request: HttpRequest) -> HttpResponse:
    return HttpResponse("a page of another program", status=502)


def done(request: HttpRequest) -> HttpResponse:
    return HttpResponse("what is here now", headers={"HX-Trigger": json.dumps({"toast": {"text": "C-034 moved", "undoUrl": "/undo/"}})})


urlpatterns = [
    path("acts/", acts),
    path("refuse/", refuse),
    path("break/", fault),
    path("done/", done),
    path("undo/", done),
    path("banner/<str:number>/", banner),
    path("list/", page),
    path("rows/", rows),
    path("", include("config.urls")),
]
