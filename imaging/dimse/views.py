"""/nodes/: who may talk to us and for what; does a node answer? /nodes/live/: who talks to us now?"""

import contextlib
from typing import Any, cast

from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.generic import ListView, View

from imaging.access.mixins import ActRequiredMixin
from imaging.access.models import User
from imaging.access.roles import Act
from imaging.common.errors import InvalidInput, Retriable
from imaging.dimse.forms import NodeForm
from imaging.dimse.models import RemoteNode
from imaging.dimse.selectors import association_for, live_system, node_for, nodes_visible_to
from imaging.dimse.services import association_abort, node_save, node_test


class NodesView(ActRequiredMixin, ListView):
    act = Act.NODE_MANAGE
    template_name = "imaging/dimse/nodes.html"
    context_object_name = "nodes"

    def get_queryset(self) -> Any:
        return nodes_visible_to(self.request.user)


class NodeView(ActRequiredMixin, View):
    """Set up a new node, or change one."""

    act = Act.NODE_MANAGE

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        node = node_for(request.user, pk) if pk else None
        return self._page(request, node, NodeForm(instance=node))

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        node = node_for(request.user, pk) if pk else None
        form = NodeForm(request.POST, instance=node)
        if form.is_valid():
            try:
                saved = node_save(user=cast(User, request.user), node=node, **form.cleaned_data)
            except InvalidInput as error:
                form.add_error(error.field or None, str(error))
            else:
                notices.success(request, _("%(node)s is set up.") % {"node": saved.ae_title})
                return redirect("nodes")
        return self._page(request, node, form, status=422)

    def _page(self, request: HttpRequest, node: RemoteNode | None, form: NodeForm, status: int = 200) -> HttpResponse:
        return render(request, "imaging/dimse/node.html", {"node": node, "form": form}, status=status)


class NodeEchoView(ActRequiredMixin, View):
    """POST: ask a node whether it is there; the answer is what its row tells of it."""

    act = Act.NODE_MANAGE
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        node = node_for(request.user, pk)
        with contextlib.suppress(Retriable):  # kept with the node, and shown
            node_test(user=cast(User, request.user), node=node)
        return render(request, "imaging/dimse/_echo.html", {"node": node})


class LiveView(ActRequiredMixin, View):
    """Who talks to us now; `live-rows` is the part that refreshes itself."""

    act = Act.NODE_MANAGE
    template_name = "imaging/dimse/live.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, self.template_name, {"live": live_system(request.user)})


class LiveRowsView(LiveView):
    template_name = "imaging/dimse/_live.html"


class AssociationEndView(ActRequiredMixin, View):
    """GET: are you sure? POST: hang up on an association."""

    act = Act.NODE_MANAGE

    def get(self, request: HttpRequest, process: int, number: int) -> HttpResponse:
        return render(request, "imaging/dimse/_end.html", {"one": association_for(request.user, process, number)})

    def post(self, request: HttpRequest, process: int, number: int) -> HttpResponse:
        ended = association_abort(user=cast(User, request.user), process=process, number=number)
        notices.success(request, _("The association of %(node)s is being ended.") % {"node": ended.ae_title})
        return redirect("live-associations")
