from django.urls import path

from reporting.documents.api import ReportPdfAPI
from reporting.documents.views import ReportPdfView

urlpatterns = [
    path("reports/<str:accession>/pdf/", ReportPdfView.as_view(), name="report-pdf"),
    path("api/reports/<str:accession>/pdf/", ReportPdfAPI.as_view(), name="api-report-pdf"),
]
