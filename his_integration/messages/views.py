"""/messages/: every HL7 message with its state; one message taken apart; applying and sending again."""

from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from his_integration.messages.forms import MessageFilterForm
from his_integration.messages.models import Direction
from his_integration.messages.selectors import Reader, ShownMessage, messages_found, segments_shown, text_shown
from his_integration.messages.services import message_again, message_look
from imaging.access.audit import audit_list
from imaging.access.mixins import ActRequiredMixin
from imaging.access.models import User
from imaging.access.roles import Act

PAGE_ROWS = 50


def message_rows(request: HttpRequest) -> dict[str, Any]:
    """One page of the list, as this person may see it."""
    form = MessageFilterForm(request.GET)
    values, before = form.values(), form.before_id()
    audit_list(user=cast(User, request.user), act="message.list", door="page", **values)
    rows = messages_found(request.user, **values)
    page = list((rows.filter(pk__lt=before) if before else rows)[:PAGE_ROWS])
    reader = Reader(request.user)
    context: dict[str, Any] = {
        "form": form,
        "rows": [reader.show(row) for row in page],
        "is_filtered": bool(values),
        "query": urlencode(values),
    }
    if len(page) == PAGE_ROWS:
        context["next_url"] = f"?{urlencode({**values, 'before': page[-1].pk})}"
    if before:
        context["first_url"] = f"?{urlencode(values)}"
    return context


class MessagesView(ActRequiredMixin, TemplateView):
    """The list, newest first."""

    act = Act.MESSAGE_VIEW
    template_name = "his_integration/messages/page.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs, **message_rows(self.request))


class MessageRowsView(MessagesView):
    """The rows alone, for live news."""

    template_name = "his_integration/messages/_rows.html"


class MessageView(ActRequiredMixin, TemplateView):
    """One message: what became of it, its segments, its bytes as text, and the answer."""

    act = Act.MESSAGE_VIEW
    template_name = "his_integration/messages/message.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = message_look(user=cast(User, self.request.user), pk=kwargs["pk"], door="page")
        return super().get_context_data(**kwargs, shown=shown, row=shown.row, **_parts(shown))


def _parts(shown: ShownMessage) -> dict[str, Any]:
    if shown.is_masked:
        return {}
    raw, row = bytes(shown.row.raw), shown.row
    segments = segments_shown(raw, row.codec, row.error_place)
    return {
        "segments": segments,
        "has_fault": any(segment.is_at_fault for segment in segments),
        "raw": text_shown(raw, row.codec),
        "answer": text_shown(bytes(row.ack_raw), row.codec),
    }


class MessageAgainView(ActRequiredMixin, View):
    """POST: apply a message that came in, or send one of ours, again."""

    act = Act.MESSAGE_VIEW
    post_act = Act.MESSAGE_REPLAY
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = message_again(user=cast(User, request.user), pk=pk, door="page")
        told = _("Applied again: see its state.") if row.direction == Direction.IN else _("It goes out again, under the same control id.")
        notices.success(request, told)
        return redirect("message", pk=pk)
