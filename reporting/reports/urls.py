from django.urls import path

from reporting.reports import api

urlpatterns = [
    path("api/reports/", api.ReportListAPI.as_view(), name="api-reports"),
    *[
        path(f"api/reports/<str:accession>/{operation}", view.as_view(), name=f"api-report-{operation.rstrip('/') or 'detail'}")
        for operation, view in api.OPERATIONS.items()
    ],
]
