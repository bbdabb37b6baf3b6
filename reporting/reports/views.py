"""The report panel, its buttons, the report's own page and the list of reports."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import TemplateView

from imaging.access.audit import audit_list
from imaging.access.mixins import ActRequiredMixin
from imaging.access.roles import Act
from imaging.common.errors import LightboxError, NotFound
from imaging.common.typed import whole_number
from imaging.orders.looks import audit_exam_look
from imaging.orders.selectors import exam_for
from imaging.viewer.services import key_image_update
from reporting.reports import services
from reporting.reports.doors import (
    PanelAct,
    address_of,
    go_to,
    panel_answer,
    person,
    require_same_images,
    revision_of,
    text_kept,
    texts_of,
)
from reporting.reports.errors import DraftConflict
from reporting.reports.finding import reports_found
from reporting.reports.looks import audit_report_look
from reporting.reports.models import Report, ReportState
from reporting.reports.news import news_since
from reporting.reports.onward import onward
from reporting.reports.panel import (
    Mode,
    banner_of,
    key_image_of_exam,
    late_of,
    mode_of,
    panel_context,
    problems_of,
    report_of,
)
from reporting.reports.selectors import (
    exam_visible,
    exam_workable,
    report_visible,
    report_workable,
    reports_visible_to,
    versions_visible_to,
)
from reporting.templates_library.selectors import template_named


class PanelView(ActRequiredMixin, View):
    act = Act.REPORT_VIEW

    def get(self, request: HttpRequest, accession: str) -> HttpResponse:
        return panel_answer(request, accession)


class NewsView(ActRequiredMixin, View):
    """What was done with the report since an open panel (`seen`) was shown; empty when nothing was."""

    act = Act.REPORT_VIEW

    def get(self, request: HttpRequest, accession: str) -> HttpResponse:
        exam = exam_visible(user=request.user, accession=accession)
        audit_report_look(user=person(request), exam=exam, door="page")
        context = {"exam": exam, "late": late_of(exam), "news": news_since(person(request), exam, seen=request.GET.get("seen", ""))}
        return render(request, "reporting/reports/_news.html", context)


class ReportView(ActRequiredMixin, TemplateView):
    """The report's own page: for who reads it, and for who writes without images."""

    act = Act.REPORT_VIEW
    template_name = "reporting/reports/report.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        exam = exam_visible(user=self.request.user, accession=kwargs["accession"])
        audit_report_look(user=person(self.request), exam=exam, door="page")
        card = banner_of(self.request.user, exam)
        return {**super().get_context_data(**kwargs), **panel_context(person(self.request), exam), "card": card}


class ExamReportView(ActRequiredMixin, View):
    """Beside an exam's time-line: how far its report is, and the way to it; nothing where this person may neither read nor write it."""

    act = Act.REPORT_VIEW

    def get(self, request: HttpRequest, accession: str) -> HttpResponse:
        user = person(request)
        exam = exam_for(user, accession)
        audit_exam_look(user=user, exam=exam, door="page")
        report = reports_visible_to(user).select_related("locked_by").filter(exam=exam).first()
        context = {
            "exam": exam, "report": report, "can_read": mode_of(user, exam, report_of(exam)) is Mode.FREE,
            "versions": versions_visible_to(user).filter(report__exam=exam).order_by("-number"),
        }  # fmt: skip
        return render(request, "reporting/reports/_exam_report.html", context)


class OpenView(ActRequiredMixin, View):
    """Take the exam; from a list this leads to its images, in the panel it shows the editor."""

    act = Act.REPORT_WRITE
    http_method_names = ("post",)

    def post(self, request: HttpRequest, accession: str) -> HttpResponse:
        exam = exam_workable(user=request.user, accession=accession)
        in_panel = request.POST.get("panel") == "1"
        try:
            services.report_open(exam=exam, user=person(request))
        except LightboxError as error:
            if in_panel:
                return panel_answer(request, accession, error=error)
            if error.code != "report-taken":
                raise
            exam = exam_visible(user=request.user, accession=accession)  # somebody else reads it: look only
        exam.refresh_from_db()
        return panel_answer(request, accession) if in_panel else go_to(request, address_of(request, exam))


class DraftView(ActRequiredMixin, View):
    """Autosave: answers with the new revision, or with who was quicker."""

    act = Act.REPORT_WRITE
    http_method_names = ("post",)

    def post(self, request: HttpRequest, accession: str) -> JsonResponse:
        report = report_visible(user=request.user, accession=accession)
        try:
            saved = services.draft_save(
                report=report, user=person(request), revision=revision_of(request.POST), texts=texts_of(request.POST)
            )
        except LightboxError as error:
            by = {"by": error.by} if isinstance(error, DraftConflict) else {}
            return JsonResponse({"code": error.code, "detail": str(error), **by}, status=error.status)
        return JsonResponse({"revision": saved.draft_revision})


class ChecksView(ActRequiredMixin, View):
    """What speaks against signing, asked again after each save."""

    act = Act.REPORT_WRITE

    def get(self, request: HttpRequest, accession: str) -> HttpResponse:
        report = report_visible(user=request.user, accession=accession)
        audit_report_look(user=person(request), exam=report.exam, door="page")
        return render(request, "reporting/reports/_checks.html", {"problems": problems_of(report.exam, report), "report": report})


class KeyImagesView(ActRequiredMixin, View):
    """The key images in the panel; POST puts one into the report or takes it out."""

    act = Act.REPORT_WRITE
    post_act = Act.KEY_IMAGE_MARK

    def get(self, request: HttpRequest, accession: str) -> HttpResponse:
        exam = exam_visible(user=request.user, accession=accession)
        audit_report_look(user=person(request), exam=exam, door="page")
        return render(request, "reporting/reports/_key_images.html", panel_context(person(request), exam))

    def post(self, request: HttpRequest, accession: str) -> HttpResponse:
        exam = exam_visible(user=request.user, accession=accession)
        image = key_image_of_exam(exam, whole_number(request.POST.get("image")) or 0)
        if image is None:
            raise NotFound(_("There is no such key image."))
        key_image_update(user=person(request), key_image=image, in_report=request.POST.get("in_report") == "1", door="page")
        return self.get(request, accession)


class ChooseTemplateView(PanelAct):
    def run(self, request: HttpRequest, report: Report) -> None:
        kept = text_kept(request, report)
        services.report_template_set(report=kept, user=person(request), template=template_named(code=request.POST.get("template", "")))


class SubmitView(PanelAct):
    def run(self, request: HttpRequest, report: Report) -> None:
        kept = text_kept(request, report)
        services.report_submit(report=kept, user=person(request), revision=kept.draft_revision)


class SignView(PanelAct):
    """Signs the report, or the addendum or correction of one that is signed; `next` goes on to the exam that comes next."""

    act = Act.REPORT_SIGN

    def run(self, request: HttpRequest, report: Report) -> HttpResponse | None:
        kept = text_kept(request, report)
        require_same_images(request, kept)
        seen = kept.draft_revision if texts_of(request.POST) else revision_of(request.POST)
        given: dict[str, Any] = {"report": kept, "user": person(request), "password": request.POST.get("password", ""), "revision": seen}
        if not kept.is_signed:
            services.report_sign(**given)
        elif services.is_correction(kept):
            services.report_correct(reason=request.POST.get("reason", ""), **given)
        else:
            services.report_addend(**given)
        return onward(request, report.exam.accession_number) if request.POST.get("next") == "1" else None

    def remembered(self, request: HttpRequest) -> dict[str, Any]:
        return {"signing": True, "reason": request.POST.get("reason", "")}


class CorrectView(PanelAct):
    """The signed text becomes the draft of a corrected version."""

    act = Act.REPORT_SIGN

    def run(self, request: HttpRequest, report: Report) -> None:
        services.correction_begin(report=report, user=person(request))


class SendBackView(PanelAct):
    act = Act.REPORT_SIGN

    def run(self, request: HttpRequest, report: Report) -> None:
        services.report_send_back(report=report, user=person(request), reason=request.POST.get("reason", ""))


class ReleaseView(PanelAct):
    """Give it back; a protected patient's exam is hidden again, so the list follows."""

    def run(self, request: HttpRequest, report: Report) -> HttpResponse | None:
        services.report_release(report=text_kept(request, report), user=person(request))
        return go_to(request, reverse("reading"))


class TakeOverView(ActRequiredMixin, View):
    act = Act.REPORT_WRITE
    http_method_names = ("post",)

    def post(self, request: HttpRequest, accession: str) -> HttpResponse:
        report = report_workable(user=request.user, accession=accession)
        from_list = request.POST.get("list") == "1"
        try:
            services.report_take_over(report=report, user=person(request), reason=request.POST.get("reason", ""))
        except LightboxError as error:
            if from_list:
                raise
            return panel_answer(request, accession, error=error)
        return go_to(request, address_of(request, report.exam)) if from_list else panel_answer(request, accession)


class ReportsView(ActRequiredMixin, TemplateView):
    """Reports found by patient, accession number, state and date; newest first."""

    act = Act.REPORT_VIEW
    template_name = "reporting/reports/reports.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = {name: self.request.GET.get(name, "").strip() for name in ("q", "state", "before")}
        audit_list(user=person(self.request), act="report.list", door="page", text=asked["q"])
        rows, before = reports_found(person(self.request), text=asked["q"], state=asked["state"], before=asked["before"])
        return {**super().get_context_data(**kwargs), **asked, "rows": rows, "next_before": before, "states": ReportState.choices}
