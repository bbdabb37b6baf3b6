"""Images that came after signing: the signer says that the report stands, or takes it back."""

import json

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from imaging.access.mixins import ActRequiredMixin
from imaging.access.roles import Act
from imaging.common.typed import moment_typed
from reporting.reading.late import late_images_reopen, late_images_settle
from reporting.reading.selectors import late_for
from reporting.reading.views import side_answer
from reporting.reports.doors import go_to, person


class LateAct(ActRequiredMixin, View):
    act = Act.REPORT_SIGN
    http_method_names = ("post",)


class LateStandsView(LateAct):
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        seen = moment_typed(request.POST.get("seen", ""))
        task = late_images_settle(
            user=person(request), task=late_for(person(request), pk), seen_last_at=seen, note=request.POST.get("note", "")
        )
        if not request.headers.get("HX-Request"):
            return go_to(request, f"{reverse('reading')}?view=late")
        say = _("%(accession)s: the report stands.") % {"accession": task.exam.accession_number}
        toast = {"toast": {"text": say, "undoUrl": reverse("late-reopen", args=[task.pk])}}
        answer = side_answer(request, task.exam.accession_number)
        answer["HX-Trigger"] = json.dumps(toast)
        return answer


class LateReopenView(LateAct):
    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        late_images_reopen(user=person(request), task=late_for(person(request), pk))
        return go_to(request, f"{reverse('reading')}?view=late")
