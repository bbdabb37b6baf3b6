"""The PDF in the browser, and the pictures of a version beside its text."""

from django.http import HttpRequest, HttpResponse
from django.views import View

from imaging.access.mixins import ActRequiredMixin, person
from imaging.access.roles import Act
from imaging.archive.looks import audit_study_look
from reporting.documents.paper import pdf_answer
from reporting.documents.pictures import picture_visible
from reporting.documents.selectors import version_visible


class ReportPdfView(ActRequiredMixin, View):
    """`?version=2&language=zh-hans`; the newest version in its own language by default."""

    act = Act.REPORT_VIEW

    def get(self, request: HttpRequest, accession: str) -> HttpResponse:
        return pdf_answer(user=request.user, query=request.GET, accession=accession, door="page")


class ReportPictureView(ActRequiredMixin, View):
    """A key image of a version, with the window and the measurements that it was signed with."""

    act = Act.REPORT_VIEW

    def get(self, request: HttpRequest, accession: str, number: int, at: int) -> HttpResponse:
        version = version_visible(user=request.user, accession=accession, number=number)
        picture, study = picture_visible(user=request.user, version=version, at=at)
        audit_study_look(user=person(request), study=study, door="page", address=request.META.get("REMOTE_ADDR", ""))
        return HttpResponse(picture, content_type="image/jpeg", headers={"Cache-Control": "no-store"})
