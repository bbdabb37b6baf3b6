"""DICOMweb (PS3.18). Every operation below `/dicomweb`; no address ends in a slash, as the standard writes them."""

from django.urls import path

from imaging.dicomweb.capabilities import CapabilitiesView
from imaging.dicomweb.metadata import MetadataView
from imaging.dicomweb.pictures import RenderedView, ThumbnailView
from imaging.dicomweb.search import InstanceSearchView, SeriesSearchView
from imaging.dicomweb.studies import StudiesView, StudyView
from imaging.dicomweb.uri import WadoView
from imaging.dicomweb.views import BulkdataView, FramesView, RetrieveView

STUDY = "dicomweb/studies/<str:study>"
SERIES = f"{STUDY}/series/<str:series>"
INSTANCE = f"{SERIES}/instances/<str:instance>"

urlpatterns = [
    path("wado", WadoView.as_view()),
    path("dicomweb", CapabilitiesView.as_view()),
    path("dicomweb/", CapabilitiesView.as_view()),
    path("dicomweb/studies", StudiesView.as_view(), name="dicomweb-studies"),
    path("dicomweb/series", SeriesSearchView.as_view()),
    path("dicomweb/instances", InstanceSearchView.as_view()),
    path(f"{STUDY}/series", SeriesSearchView.as_view()),
    path(f"{STUDY}/instances", InstanceSearchView.as_view()),
    path(f"{SERIES}/instances", InstanceSearchView.as_view()),
    path(STUDY, StudyView.as_view(), name="dicomweb-study"),
    path(SERIES, RetrieveView.as_view(), name="dicomweb-series"),
    path(INSTANCE, RetrieveView.as_view(), name="dicomweb-instance"),
    *(path(f"{place}/metadata", MetadataView.as_view()) for place in (STUDY, SERIES, INSTANCE)),
    *(path(f"{place}/rendered", RenderedView.as_view()) for place in (STUDY, SERIES, INSTANCE)),
    *(path(f"{place}/thumbnail", ThumbnailView.as_view()) for place in (STUDY, SERIES, INSTANCE)),
    path(f"{INSTANCE}/bulkdata/<path:path>", BulkdataView.as_view()),
    path(f"{INSTANCE}/frames/<str:frames>", FramesView.as_view(), name="dicomweb-frames"),
    path(f"{INSTANCE}/frames/<str:frames>/rendered", RenderedView.as_view(), name="dicomweb-rendered"),
    path(f"{INSTANCE}/frames/<str:frames>/thumbnail", ThumbnailView.as_view(), name="dicomweb-thumbnail"),
]
