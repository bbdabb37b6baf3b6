"""What the pages on one report share: the exam, the panel as an answer, and text as the form sends it."""

from typing import Any, cast

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from imaging.access.mixins import ActRequiredMixin
from imaging.access.models import User
from imaging.access.roles import Act
from imaging.common.errors import Conflict, LightboxError
from imaging.common.typed import whole_number
from imaging.orders.models import Exam
from reporting.reports.errors import DraftConflict, Incomplete
from reporting.reports.looks import audit_report_look
from reporting.reports.models import Report
from reporting.reports.panel import images_named, panel_context, viewer_uid
from reporting.reports.selectors import exam_visible, report_visible
from reporting.reports.services import draft_save

FIELD = "section-"
PANEL = "reporting/reports/_panel_answer.html"


def person(request: HttpRequest) -> User:
    """Who is signed in; the policy has let nobody else this far."""
    return cast(User, request.user)


def texts_of(form: QueryDict) -> dict[str, str]:
    """The sections of the form, by key, with the line ends that we keep."""
    return {name.removeprefix(FIELD): str(text).replace("\r\n", "\n") for name, text in form.items() if name.startswith(FIELD)}


def revision_of(form: QueryDict) -> int:
    given = whole_number(form.get("revision"))
    return -1 if given is None else given


def text_kept(request: HttpRequest, report: Report) -> Report:
    """Keep what the form holds before anything goes out, so that what is signed is what is on the screen."""
    texts = texts_of(request.POST)
    if not texts or report.locked_by_id != request.user.pk:
        return report
    return draft_save(report=report, user=person(request), revision=revision_of(request.POST), texts=texts)


def require_same_images(request: HttpRequest, report: Report) -> None:
    """Raises Conflict when studies were given to the exam, or taken from it, since the page showed whom it signs for."""
    meant = request.POST.get("images")
    if meant is not None and meant != images_named(person(request), report.exam):
        raise Conflict(
            _("The images of this exam are others than when you opened its report. Look again, then sign."), code="images-changed"
        )


def panel_answer(request: HttpRequest, accession: str, **extra: Any) -> HttpResponse:
    """The panel of the exam. Raises NotFound. `error` is shown in it, and becomes the answer's status."""
    exam = exam_visible(user=request.user, accession=accession)
    audit_report_look(user=person(request), exam=exam, door="page")
    error = extra.get("error")
    answer = render(request, PANEL, {**panel_context(person(request), exam), **extra}, status=error.status if error else 200)
    answer["X-Partial"] = "1"
    return answer


def address_of(request: HttpRequest, exam: Exam) -> str:
    """Where the exam is read: at its images, or on the report's own page while there are none."""
    uid = viewer_uid(request.user, exam)
    return reverse("viewer", args=[uid]) if uid else reverse("report", args=[exam.accession_number])


def go_to(request: HttpRequest, url: str) -> HttpResponse:
    """Another page, whether the whole page asked or a part of it."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


class PanelAct(ActRequiredMixin, View):
    """A button of the panel: does one thing and answers with the panel as it is then, or as it was with what went wrong."""

    act = Act.REPORT_WRITE
    http_method_names = ("post",)

    def post(self, request: HttpRequest, accession: str) -> HttpResponse:
        try:
            found = self.run(request, report_visible(user=request.user, accession=accession))
        except Incomplete as error:
            return panel_answer(request, accession, error=error, refused=error.problems, **self.remembered(request))
        except DraftConflict as error:
            return panel_answer(request, accession, error=error, conflict=error)
        except LightboxError as error:
            return panel_answer(request, accession, error=error, **self.remembered(request))
        return found or panel_answer(request, accession)

    def run(self, request: HttpRequest, report: Report) -> HttpResponse | None:
        """Do it; answer with another page where one follows."""
        raise NotImplementedError

    def remembered(self, request: HttpRequest) -> dict[str, Any]:
        """What the panel shows again after a refusal."""
        return {}
