"""Reports by REST: find, open, keep, submit, send back, sign, addend; every step that the pages offer."""

from typing import Any, cast

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from imaging.access.audit import audit_list
from imaging.access.models import User
from imaging.access.permissions import MayAct
from imaging.access.policy import may
from imaging.access.roles import Act
from imaging.common.api import problem
from reporting.reports import services
from reporting.reports.errors import DraftConflict, Incomplete
from reporting.reports.looks import audit_report_look
from reporting.reports.models import Report, ReportVersion
from reporting.reports.selectors import exam_workable, report_visible, report_workable, reports_visible_to, versions_visible_to
from reporting.reports.serializers import (
    AddendumSerializer,
    CorrectionSerializer,
    DraftSerializer,
    OpenSerializer,
    ReasonSerializer,
    ReportRowSerializer,
    ReportSerializer,
    RevisionSerializer,
    SignSerializer,
    TakeOverSerializer,
    TemplateSerializer,
    VersionSerializer,
)
from reporting.templates_library.selectors import template_named

DOOR = "api"


class ReportAPI(APIView):
    """What the operations on one report share."""

    permission_classes = (MayAct,)

    @property
    def user(self) -> User:
        return cast(User, self.request.user)  # MayAct lets nobody else in

    def report(self, accession: str) -> Report:
        return report_visible(user=self.user, accession=accession)

    def given(self, form: type[serializers.Serializer]) -> dict[str, Any]:
        filled = form(data=self.request.data)
        filled.is_valid(raise_exception=True)
        return filled.validated_data

    def answer(self, report: Report, status: int = 200) -> Response:
        fresh = self.report(report.exam.accession_number)
        return Response(ReportSerializer(fresh, context={"may_write": may(self.user, Act.REPORT_WRITE)}).data, status=status)

    def answer_version(self, version: ReportVersion) -> Response:
        return Response(VersionSerializer(version).data, status=201)

    def handle_exception(self, exc: Exception) -> Response:
        """Refusals that carry more than a sentence: what is still open, or the other's text."""
        if isinstance(exc, Incomplete):
            listed = [{"level": one.level, "code": one.code, "section": one.section, "message": one.message} for one in exc.problems]
            return problem(exc.status, exc.code, str(exc), problems=listed)
        if isinstance(exc, DraftConflict):
            theirs = {"by": exc.by, "revision": exc.revision, "sections": exc.theirs}
            return problem(exc.status, exc.code, str(exc), theirs=theirs, copy=exc.copy_id)
        return super().handle_exception(exc)


class ReportListAPI(ListAPIView):
    """Reports that the caller may read, newest first; `state` narrows them, `mine=1` to the caller's own."""

    act = Act.REPORT_VIEW
    permission_classes = (MayAct,)
    serializer_class = ReportRowSerializer
    queryset = Report.objects.none()

    def get_queryset(self) -> QuerySet[Report]:
        user = cast(User, self.request.user)
        audit_list(user=user, act="report.list", door=DOOR)
        reports = reports_visible_to(user).select_related("exam__patient", "exam__procedure", "author", "locked_by")
        if state := self.request.query_params.get("state"):
            reports = reports.filter(state=state)
        return reports.filter(author=user) if self.request.query_params.get("mine") == "1" else reports


class ReportDetailAPI(ReportAPI):
    act = Act.REPORT_VIEW

    @extend_schema(responses=ReportSerializer)
    def get(self, request: Request, accession: str) -> Response:
        """The report of an exam by its accession number: state, newest version, and the draft for who writes reports."""
        report = self.report(accession)
        audit_report_look(user=self.user, exam=report.exam, door=DOOR)
        return self.answer(report)


class ReportOpenAPI(ReportAPI):
    act = Act.REPORT_WRITE

    @extend_schema(request=OpenSerializer, responses=ReportSerializer)
    def post(self, request: Request, accession: str) -> Response:
        """Take the exam and begin its report, or go on with it; a signed report is opened for an addendum."""
        exam = exam_workable(user=self.user, accession=accession)
        return self.answer(services.report_open(exam=exam, user=self.user, door=DOOR, **self.given(OpenSerializer)))


class ReportDraftAPI(ReportAPI):
    act = Act.REPORT_WRITE

    @extend_schema(request=DraftSerializer, responses=ReportSerializer)
    def put(self, request: Request, accession: str) -> Response:
        """Keep the text that follows `revision`. 409 `draft-conflict` when somebody else's text is there: both are kept."""
        given = self.given(DraftSerializer)
        texts = given.pop("sections")
        return self.answer(services.draft_save(report=self.report(accession), user=self.user, texts=texts, **given))


class ReportTemplateAPI(ReportAPI):
    act = Act.REPORT_WRITE

    @extend_schema(request=TemplateSerializer, responses=ReportSerializer)
    def post(self, request: Request, accession: str) -> Response:
        """Choose another template; sections that somebody wrote in keep their text."""
        report = self.report(accession)
        template = template_named(code=self.given(TemplateSerializer)["template"])
        return self.answer(services.report_template_set(report=report, user=self.user, template=template))


class ReportSubmitAPI(ReportAPI):
    act = Act.REPORT_WRITE

    @extend_schema(request=RevisionSerializer, responses={201: VersionSerializer})
    def post(self, request: Request, accession: str) -> Response:
        """Send the draft out as a preliminary report. 400 `report-incomplete` lists what is still open."""
        report = self.report(accession)
        return self.answer_version(services.report_submit(report=report, user=self.user, door=DOOR, **self.given(RevisionSerializer)))


class ReportSendBackAPI(ReportAPI):
    act = Act.REPORT_SIGN

    @extend_schema(request=ReasonSerializer, responses=ReportSerializer)
    def post(self, request: Request, accession: str) -> Response:
        """Give a preliminary report back to its author, with a reason."""
        report = self.report(accession)
        return self.answer(services.report_send_back(report=report, user=self.user, door=DOOR, **self.given(ReasonSerializer)))


class ReportSignAPI(ReportAPI):
    act = Act.REPORT_SIGN

    @extend_schema(request=SignSerializer, responses={201: VersionSerializer})
    def post(self, request: Request, accession: str) -> Response:
        """Sign the final report, with one's password. 403 `wrong-password`; 400 `report-incomplete` lists what is still open."""
        report = self.report(accession)
        return self.answer_version(services.report_sign(report=report, user=self.user, door=DOOR, **self.given(SignSerializer)))


class ReportAddendumAPI(ReportAPI):
    act = Act.REPORT_SIGN

    @extend_schema(request=AddendumSerializer, responses={201: VersionSerializer})
    def post(self, request: Request, accession: str) -> Response:
        """Sign an addendum to a final report. With `text` it is opened, kept and signed in one go; without, the open one is signed.

        Sent again after a lost answer it is refused (409 `addendum-signed`): the newest version is the caller's addendum with that text.
        """
        report, given = self.report(accession), self.given(AddendumSerializer)
        if text := given.pop("text"):
            report = services.addendum_write(report=report, user=self.user, text=text, door=DOOR)
        return self.answer_version(services.report_addend(report=report, user=self.user, door=DOOR, **given))


class ReportCorrectionAPI(ReportAPI):
    act = Act.REPORT_SIGN

    @extend_schema(request=CorrectionSerializer, responses={201: VersionSerializer})
    def post(self, request: Request, accession: str) -> Response:
        """Sign a corrected version of a signed report: `sections` as they should read, `reason` why. The old version stays."""
        report, given = self.report(accession), self.given(CorrectionSerializer)
        texts = given.pop("sections")
        begun = services.correction_begin(report=report, user=self.user)
        kept = services.draft_save(report=begun, user=self.user, revision=begun.draft_revision, texts=texts)
        return self.answer_version(services.report_correct(report=kept, user=self.user, door=DOOR, **given))


class ReportReleaseAPI(ReportAPI):
    act = Act.REPORT_WRITE

    @extend_schema(request=None, responses=ReportRowSerializer)
    def post(self, request: Request, accession: str) -> Response:
        """Stop writing; the exam waits for a reader again and the text stays."""
        released = services.report_release(report=self.report(accession), user=self.user, door=DOOR)
        return Response(ReportRowSerializer(released).data)


class ReportTakeOverAPI(ReportAPI):
    act = Act.REPORT_WRITE

    @extend_schema(request=TakeOverSerializer, responses=ReportSerializer)
    def post(self, request: Request, accession: str) -> Response:
        """Go on with a draft that somebody else holds; it leaves a trace with the reason, and their text is kept."""
        report = report_workable(user=self.user, accession=accession)
        return self.answer(services.report_take_over(report=report, user=self.user, door=DOOR, **self.given(TakeOverSerializer)))


class VersionListAPI(ReportAPI):
    act = Act.REPORT_VIEW

    @extend_schema(responses=VersionSerializer(many=True))
    def get(self, request: Request, accession: str) -> Response:
        """Every version of the report, the first one first."""
        report = self.report(accession)
        audit_report_look(user=self.user, exam=report.exam, door=DOOR)
        return Response(VersionSerializer(versions_visible_to(self.user).filter(report=report).order_by("number"), many=True).data)


OPERATIONS: dict[str, type[ReportAPI]] = {
    "": ReportDetailAPI,
    "open/": ReportOpenAPI,
    "draft/": ReportDraftAPI,
    "template/": ReportTemplateAPI,
    "submit/": ReportSubmitAPI,
    "send-back/": ReportSendBackAPI,
    "sign/": ReportSignAPI,
    "addendum/": ReportAddendumAPI,
    "correction/": ReportCorrectionAPI,
    "release/": ReportReleaseAPI,
    "take-over/": ReportTakeOverAPI,
    "versions/": VersionListAPI,
}
