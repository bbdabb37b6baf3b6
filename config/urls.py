"""The site's addresses: each app brings its own; nothing is served from here itself."""

from django.urls import include, path, register_converter

from imaging.common.addresses import AccessionConverter

register_converter(AccessionConverter, "accession")

urlpatterns = [
    path("", include("imaging.urls")),
    path("", include("reporting.urls")),
    path("", include("his_integration.urls")),
]
