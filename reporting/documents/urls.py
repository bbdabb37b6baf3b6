from django.urls import path

from reporting.documents.api import ReportPdfAPI
from reporting.documents.views import ReportPdfView

urlpatterns = [
    path("reports/<accession:accession>/pdf/", ReportPdfView.as_view(), name="report-pdf"),
    path("api/reports/<accession:accession>/pdf/", ReportPdfAPI.as_view(), name="api-report-pdf"),
]
