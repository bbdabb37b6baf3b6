from django.urls import path

from reporting.documents.api import ReportPdfAPI
from reporting.documents.views import ReportPdfView, ReportPictureView

urlpatterns = [
    path("reports/<accession:accession>/pdf/", ReportPdfView.as_view(), name="report-pdf"),
    path("reports/<accession:accession>/versions/<int:number>/pictures/<int:at>/", ReportPictureView.as_view(), name="report-picture"),
    path("api/reports/<accession:accession>/pdf/", ReportPdfAPI.as_view(), name="api-report-pdf"),
]
