"""The page of keys and tools."""

from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views import View

from imaging.access.mixins import ActRequiredMixin, person
from imaging.access.policy import may, require
from imaging.access.roles import Act
from imaging.viewer.keys.acts import BUTTON_SAID, BUTTONS, key_acts
from imaging.viewer.keys.selectors import InUse, keys_in_use
from imaging.viewer.keys.services import Problem, keys_reset, keys_save, problems_of

PREFIX, TOOL_PREFIX = "key-", "tool-"


class KeysPage(ActRequiredMixin, View):
    act = Act.VIEWER_ARRANGE


class KeysView(KeysPage):
    """Every act with its key, and every mouse button with its tool."""

    def get(self, request: HttpRequest) -> HttpResponse:
        for_department = request.GET.get("for") == "department"
        if for_department:
            require(request.user, Act.VIEWER_SETUP)
        return _page(request, keys_in_use(request.user, for_department=for_department), [], for_department)

    def post(self, request: HttpRequest) -> HttpResponse:
        for_department = request.POST.get("for") == "department"
        keys, tools = _said(request.POST, PREFIX), _said(request.POST, TOOL_PREFIX)
        if problems := problems_of(keys):
            known = keys_in_use(request.user, for_department=for_department)
            return _page(request, InUse({**known.keys, **keys}, {**known.tools, **tools}, known.is_changed), problems, for_department)
        keys_save(user=person(request), keys=keys, tools=tools, for_department=for_department)
        return redirect(_address(for_department, kept=1))


class KeysCheckView(KeysPage):
    """What stands against the keys as they are typed."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        return render(request, "imaging/viewer/keys/_problems.html", {"problems": problems_of(_said(request.POST, PREFIX))})


class KeysResetView(KeysPage):
    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        for_department = request.POST.get("for") == "department"
        keys_reset(user=person(request), for_department=for_department)
        return redirect(_address(for_department, reset=1))


def _page(request: HttpRequest, used: InUse, problems: list[Problem], for_department: bool) -> HttpResponse:
    acts = groupby(key_acts().values(), key=lambda one: one.group)
    context: dict[str, Any] = {
        "groups": [(_group_said(group), [(one, used.keys[one.act]) for one in some]) for group, some in acts],
        "buttons": [(button, BUTTON_SAID[button], _tools(tools), used.tools[button]) for button, tools in BUTTONS.items()],
        "problems": problems, "for_department": for_department, "is_changed": used.is_changed,
        "may_setup": may(request.user, Act.VIEWER_SETUP), "kept": "kept" in request.GET, "reset": "reset" in request.GET,
    }  # fmt: skip
    return render(request, "imaging/viewer/keys/keys.html", context, status=422 if problems else 200)


def _tools(names: tuple[str, ...]) -> list[tuple[str, Any]]:
    return [(name, key_acts()[name].label) for name in names]


def _group_said(group: int) -> str:
    said = (
        pgettext("viewer tools", "Move"),
        _("Measure"),
        _("Turn and look"),
        _("Layout"),
        _("Volumes and comparison"),
        pgettext("viewer tools", "Keep"),
        _("Without a button"),
    )
    return said[group]


def _said(form: QueryDict, prefix: str) -> dict[str, str]:
    """By act, or by mouse button, what the form says."""
    return {name.removeprefix(prefix): str(value).strip().lower() for name, value in form.items() if name.startswith(prefix)}


def _address(for_department: bool, **told: int) -> str:
    query = [*(["for=department"] if for_department else []), *(f"{name}={value}" for name, value in told.items())]
    return f"{reverse('viewer-keys')}?{'&'.join(query)}"
