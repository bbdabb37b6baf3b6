"""Hanging protocols: learnt from the screen, tried, kept; and the page where they are looked after."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views import View

from imaging.access.mixins import ActRequiredMixin, person
from imaging.access.policy import may
from imaging.access.roles import Act
from imaging.archive.looks import audit_study_look
from imaging.common.errors import Conflict, InvalidInput, NotFound, TooLarge
from imaging.common.typed import whole_number
from imaging.viewer.hanging.forms import editor_context, rule_of
from imaging.viewer.hanging.models import HangingProtocol
from imaging.viewer.hanging.opening import demonstrated
from imaging.viewer.hanging.rules import rule_read
from imaging.viewer.hanging.selectors import may_change, protocol_for, protocols_deleted, protocols_of, rule_kept, version_of, versions_of
from imaging.viewer.hanging.services import (
    hanging_add,
    hanging_copy,
    hanging_delete,
    hanging_file,
    hanging_put_back,
    hanging_restore,
    hanging_save,
    hanging_share,
    hanging_switch,
    hanging_take,
)
from imaging.viewer.hanging.trial import rule_try
from imaging.viewer.hanging.words import panes_said, studies_said
from imaging.viewer.selectors import study_get

LARGEST_FILE = 64 * 1024


class HangingPage(ActRequiredMixin, View):
    act = Act.VIEWER_ARRANGE


class HangingForm(HangingPage):
    """The form of a rule, sent by the page's script: what is wrong with it stands under it, where it was sent from."""

    http_method_names: tuple[str, ...] = ("post",)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return super().dispatch(request, *args, **kwargs)
        except (InvalidInput, Conflict) as error:
            context = {"error": error, "place": "" if error.field in {"", "name"} else error.field}
            answer = render(request, "imaging/viewer/hanging/_refused.html", context, status=error.status)
            answer["X-Partial"] = "1"
            return answer


class HangingsView(HangingPage):
    """All that apply to the reader: their own and the shared ones."""

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = [_row(request, protocol) for protocol in protocols_of(request.user)]
        context: dict[str, Any] = {"rows": rows, "deleted": protocols_deleted(request.user)}
        context |= {name: whole_number(request.GET.get(name)) for name in ("kept", "gone")}
        return render(request, "imaging/viewer/hanging/hangings.html", context)


def _row(request: HttpRequest, protocol: HangingProtocol) -> dict[str, Any]:
    rule = rule_kept(version_of(protocol))
    return {
        "protocol": protocol,
        "studies": studies_said(rule.studies) if rule else _("not understood by this version of Lightbox"),
        "panes": panes_said(len(rule.panes)) if rule else "",
        "may_change": may_change(request.user, protocol),
    }


class HangingView(HangingForm):
    """One: what it says, its versions, and how it would hang the studies that came last."""

    http_method_names = ("get", "post")

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        protocol = protocol_for(request.user, pk)
        shown = version_of(protocol, whole_number(request.GET.get("version")))
        return self._page(request, protocol, shown.rule, shown_version=shown.number)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        protocol, seen = protocol_for(request.user, pk), whole_number(request.POST.get("seen"))
        rule = rule_of(request.POST)
        hanging_save(user=person(request), protocol=protocol, rule=rule, name=request.POST.get("name", ""), seen=seen)
        return HttpResponse(headers={"HX-Redirect": _list_address(kept=pk)})

    @staticmethod
    def _page(request: HttpRequest, protocol: HangingProtocol, rule: Any, *, shown_version: int) -> HttpResponse:
        context = editor_context(rule_read(rule)) | {
            "protocol": protocol, "versions": versions_of(protocol), "shown_version": shown_version,
            "may_change": may_change(request.user, protocol), "may_share": may(request.user, Act.VIEWER_SETUP),
        }  # fmt: skip
        return render(request, "imaging/viewer/hanging/hanging.html", context)


class HangingProposeView(HangingPage):
    """What is on the screen of a study, as a rule: a dialog in which it can be changed, tried and kept."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, study: str) -> HttpResponse:
        found = study_get(user=request.user, study_instance_uid=study)
        audit_study_look(user=person(request), study=found, door="page", address=request.META.get("REMOTE_ADDR", ""))
        rule = demonstrated(user=person(request), study=found, shown=_json(request.POST.get("shown", "")))
        context = editor_context(rule) | {"may_share": may(request.user, Act.VIEWER_SETUP), "kept_as": _kept_as(request)}
        return render(request, "imaging/viewer/hanging/_dialog.html", context)


def _kept_as(request: HttpRequest) -> list[tuple[str, str]]:
    """What a demonstrated rule may be kept as: a new protocol, or a new version of one that the person may change."""
    known = [one for one in protocols_of(request.user) if may_change(request.user, one)]
    return [("", _("a new hanging protocol")), *((str(one.pk), _("a new version of “%(name)s”") % {"name": one.name}) for one in known)]


class HangingAddView(HangingForm):
    """Keep a proposed rule: as a new protocol, or as a new version of another."""

    def post(self, request: HttpRequest) -> HttpResponse:
        user, rule, form = person(request), rule_of(request.POST), request.POST
        if known := whole_number(form.get("kept_as")):
            kept = hanging_save(user=user, protocol=protocol_for(user, known), rule=rule)
        else:
            kept = hanging_add(user=user, name=form.get("name", ""), rule=rule, shared="shared" in form)
        text = _("Kept: “%(name)s”. Studies that fit open so from now on.") % {"name": kept.name}
        return HttpResponse(headers={"HX-Trigger": json.dumps({"hanging-kept": True, "toast": {"text": text}})})


class HangingTrialView(HangingForm):
    """A rule tried on the studies that came last: the list under the form."""

    def post(self, request: HttpRequest) -> HttpResponse:
        trial = rule_try(user=person(request), rule=rule_of(request.POST))
        return render(request, "imaging/viewer/hanging/_trial.html", {"trial": trial})


class HangingSaidView(HangingForm):
    """The form's rule in words, as it is changed."""

    def post(self, request: HttpRequest) -> HttpResponse:
        return render(request, "imaging/viewer/hanging/_said.html", editor_context(rule_of(request.POST)))


class HangingFileView(HangingPage):
    """A protocol as a file."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        protocol = protocol_for(request.user, pk)
        name = slugify(protocol.name) or f"hanging-{protocol.pk}"
        headers = {"Content-Disposition": f'attachment; filename="{name}.json"'}
        return JsonResponse(hanging_file(protocol), headers=headers, json_dumps_params={"indent": 2, "ensure_ascii": False})


class HangingTakeView(HangingPage):
    """Keep the protocol of a file as one's own."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        file = request.FILES.get("file")
        if file is None:
            raise InvalidInput(_("Choose a file."), field="file")
        if (file.size or 0) > LARGEST_FILE:
            raise TooLarge(_("This is more than a hanging protocol needs."), field="file")
        return _to_list(kept=hanging_take(user=person(request), document=_json(file.read().decode("utf-8", "replace"))).pk)


class HangingActView(HangingPage):
    """What is done with one protocol by a button."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int, change: str) -> HttpResponse:
        user = person(request)
        if change == "restore":
            return _to_list(kept=hanging_restore(user=user, pk=pk).pk)
        protocol = protocol_for(user, pk)
        if change == "delete":
            return _to_list(gone=hanging_delete(user=user, protocol=protocol).pk)
        if change == "put-back":
            hanging_put_back(user=user, protocol=protocol, number=whole_number(request.POST.get("number")) or 0)
            return redirect("hanging", pk)
        if change not in _CHANGES:
            raise NotFound(_("There is no such act."))
        return _to_list(kept=_CHANGES[change](user, protocol).pk)


_CHANGES = {
    "copy": lambda user, protocol: hanging_copy(user=user, protocol=protocol),
    "share": lambda user, protocol: hanging_share(user=user, protocol=protocol, shared=True),
    "unshare": lambda user, protocol: hanging_share(user=user, protocol=protocol, shared=False),
    "off": lambda user, protocol: hanging_switch(user=user, protocol=protocol, off=True),
    "on": lambda user, protocol: hanging_switch(user=user, protocol=protocol, off=False),
}


def _list_address(**told: int) -> str:
    return f"{reverse('hangings')}?{urlencode(told)}"


def _to_list(**told: int) -> HttpResponse:
    return redirect(_list_address(**told))


def _json(text: str) -> Any:
    try:
        return json.loads(text) if len(text) <= LARGEST_FILE else None
    except (ValueError, RecursionError):
        return None
