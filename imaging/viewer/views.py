"""The reading page."""

from typing import Any

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View

from imaging.access.mixins import ActRequiredMixin, person
from imaging.access.policy import may
from imaging.access.roles import Act
from imaging.archive.corrections.selectors import images_corrected
from imaging.archive.looks import audit_study_look, is_fetched_ahead
from imaging.archive.models import Study
from imaging.archive.selectors import studies_visible_to
from imaging.common.ahead import is_ahead
from imaging.common.errors import NotFound
from imaging.common.typed import whole_number
from imaging.orders.looks import audit_exam_look
from imaging.orders.selectors import exam_for
from imaging.patients.cards import Eyes
from imaging.viewer.cards import card_of
from imaging.viewer.hanging.opening import hangings_of
from imaging.viewer.keys.acts import plain_keys, toolbar_with
from imaging.viewer.keys.selectors import keys_in_use
from imaging.viewer.layouts.selectors import SCREENS
from imaging.viewer.light.devices import wants_light
from imaging.viewer.prepared import mark_of
from imaging.viewer.selectors import boot_data, exam_awaited, study_get
from imaging.viewer.toolbar import GRID_SIDES, MORE_KEYS


# The drawing library sets style attributes on its measurements; no other page allows that. Rules by which the browser prepares the page
# of the next exam are no script (static/viewer/src/datasource/waiting.ts).
@method_decorator(csp_update({"style-src-attr": ["'unsafe-inline'"], "script-src": ["'inline-speculation-rules'"]}), name="dispatch")
class ViewerView(ActRequiredMixin, View):
    """A study, ready to be read: pictures, tools, and the report beside them."""

    act = Act.IMAGES_VIEW

    def get(self, request: HttpRequest, study: str) -> HttpResponse:
        if wants_light(request):
            return redirect("viewer-light", study)
        try:
            found = study_get(user=request.user, study_instance_uid=study)
        except NotFound as error:
            return _absent(request, study, error)
        _look(request, found)
        return render(request, "imaging/viewer/page.html", page_context(request, found) | {"uncompared": is_ahead(request)})


class ShownView(ActRequiredMixin, View):
    """A page that was prepared before it was asked for is on the screen now: that is the look. Answers with the banner as it is at this
    moment, and with the mark of what the page would be made from now."""

    act = Act.IMAGES_VIEW
    http_method_names = ("post",)

    def post(self, request: HttpRequest, study: str) -> HttpResponse:
        found = study_get(user=request.user, study_instance_uid=study)
        _look(request, found)
        context = page_context(request, found)
        answer = render(request, "_banner.html", {"card": context["card"]})
        answer["X-Mark"] = context["mark"]
        return answer


class ExamImagesView(ActRequiredMixin, View):
    """Beside an exam's time-line: what has come in of its images, and the way to them."""

    act = Act.IMAGES_VIEW

    def get(self, request: HttpRequest, accession: str) -> HttpResponse:
        user = person(request)
        exam = exam_for(user, accession)
        audit_exam_look(user=user, exam=exam, door="page")
        studies = studies_visible_to(user).filter(exam=exam).order_by("first_received_at", "pk")
        context = {"exam": exam, "studies": studies, "hidden": Eyes(user).see(exam.patient, exam).hidden}
        return render(request, "imaging/viewer/_exam_images.html", context)


def _look(request: HttpRequest, study: Study) -> None:
    address = request.META.get("REMOTE_ADDR", "")
    audit_study_look(user=person(request), study=study, door="page", address=address, as_ahead=is_fetched_ahead(request, study))


def _absent(request: HttpRequest, study: str, error: NotFound) -> HttpResponse:
    """There is nothing to show: images that are still to come, or a study that does not exist for this person."""
    exam = exam_awaited(user=request.user, study_instance_uid=study)
    corrected = images_corrected([exam.pk]).get(exam.pk, 0) if exam else 0
    context = {"error": error, "exam": exam, "corrected": corrected}
    return render(request, "imaging/viewer/absent.html", context, status=error.status)


def page_context(request: HttpRequest, study: Study) -> dict[str, Any]:
    uid = study.study_instance_uid
    screen = screen_of(request)
    named = {
        "annotationsUrl": "annotations", "keyImagesUrl": "key-images", "objectsUrl": "viewer-objects", "planesUrl": "plane-marks",
        "studyUrl": "viewer",
    }  # fmt: skip
    urls = {key: reverse(name, args=[uid]) for key, name in named.items()} | {"layoutUrl": reverse("layout", args=[uid, screen])}
    urls["captureUrl"] = reverse("capture", args=[uid, "UUID"])
    urls["headerUrl"] = reverse("viewer-header", args=["STUDY", "INSTANCE"])
    used = keys_in_use(request.user)
    plain = plain_keys(used.keys)
    boot = boot_data(user=request.user, study=study, screen=screen, **urls)
    boot |= {"keys": {key: act for act, key, _label in plain}, "tools": used.tools}
    boot["hangings"] = hangings_of(user=request.user, study=study, sets=[entry["sets"] for entry in boot["studies"]])
    card = card_of(study)
    return {
        "screen": screen,
        "is_further": screen > 1,
        "study": study,
        "card": card,
        "mark": mark_of(boot, card, request.user),
        "toolbar": toolbar_with(used.keys, used.tools),
        "grid_sides": GRID_SIDES,
        "more_keys": [*((key, label) for _act, key, label in plain), *MORE_KEYS],
        "boot": boot,
        "may_arrange": may(request.user, Act.VIEWER_ARRANGE),
        "light_url": reverse("viewer-light", args=[uid]),
        "may_read_on": may(request.user, Act.REPORT_WRITE),
        "panel_url": reverse("report-panel", args=[study.exam.accession_number]) if study.exam else "",
    }


def screen_of(request: HttpRequest) -> int:
    """Which of the person's screens the page is for; the first has the report."""
    asked = whole_number(request.GET.get("screen")) or 1
    return asked if asked in SCREENS else 1
