from django.urls import include, path

urlpatterns = [
    path("", include("imaging.patients.urls")),
    path("", include("imaging.orders.urls")),
    path("", include("imaging.scheduling.urls")),
    path("", include("imaging.viewer.urls")),
    path("", include("imaging.dicomweb.urls")),
    path("", include("imaging.archive.urls")),
    path("", include("imaging.dimse.urls")),
    path("", include("imaging.routing.urls")),
    path("", include("imaging.access.urls")),
    path("", include("imaging.common.urls")),
]
