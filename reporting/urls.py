from django.urls import include, path

urlpatterns = [
    path("", include("reporting.documents.urls")),
    path("", include("reporting.deadlines.urls")),
    path("", include("reporting.subspecialties.urls")),
    path("", include("reporting.reading.urls")),
    path("", include("reporting.reports.urls")),
    path("", include("reporting.billing.urls")),
    path("", include("reporting.dashboards.urls")),
]
