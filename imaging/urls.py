from django.urls import include, path

urlpatterns = [
    path("", include("imaging.access.urls")),
    path("", include("imaging.common.urls")),
]
