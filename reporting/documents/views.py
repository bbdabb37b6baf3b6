"""The PDF in the browser."""

from django.http import HttpRequest, HttpResponse
from django.views import View

from imaging.access.mixins import ActRequiredMixin
from imaging.access.roles import Act
from reporting.documents.paper import pdf_answer


class ReportPdfView(ActRequiredMixin, View):
    """`?version=2&language=zh-hans`; the newest version in its own language by default."""

    act = Act.REPORT_VIEW

    def get(self, request: HttpRequest, accession: str) -> HttpResponse:
        return pdf_answer(user=request.user, query=request.GET, accession=accession, door="page")
