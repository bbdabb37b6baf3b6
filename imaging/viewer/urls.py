from django.urls import path

from imaging.viewer.api import AnnotationsView, AnnotationView, KeyImagePictureView, KeyImagesView, KeyImageView
from imaging.viewer.layouts.api import LayoutView
from imaging.viewer.light.views import LightExamView, LightStudyView
from imaging.viewer.objects.api import ObjectsView, OverlayValuesView, SeriesObjectsView
from imaging.viewer.objects.views import DocumentView
from imaging.viewer.planes.api import PlaneMarksView, PlaneMarkView
from imaging.viewer.views import ExamImagesView, ViewerView

urlpatterns = [
    path("exams/<accession:accession>/images/", ExamImagesView.as_view(), name="exam-images"),
    path("exams/<accession:accession>/light/", LightExamView.as_view(), name="exam-light"),
    path("viewer/<str:study>/light/", LightStudyView.as_view(), name="viewer-light"),
    path("viewer/<str:study>/", ViewerView.as_view(), name="viewer"),
    path("viewer/<str:study>/documents/<str:instance>/", DocumentView.as_view(), name="viewer-document"),
    path("api/studies/<str:study>/objects/", ObjectsView.as_view(), name="viewer-objects"),
    path("api/studies/<str:study>/objects/<str:series>/", SeriesObjectsView.as_view(), name="viewer-series-objects"),
    path("api/studies/<str:study>/overlays/<str:instance>/", OverlayValuesView.as_view(), name="viewer-overlay"),
    path("api/studies/<str:study>/key-images/", KeyImagesView.as_view(), name="key-images"),
    path("api/key-images/<int:pk>/", KeyImageView.as_view(), name="key-image"),
    path("api/key-images/<int:pk>/picture/", KeyImagePictureView.as_view(), name="key-image-picture"),
    path("api/studies/<str:study>/layouts/<int:screen>/", LayoutView.as_view(), name="layout"),
    path("api/studies/<str:study>/annotations/", AnnotationsView.as_view(), name="annotations"),
    path("api/studies/<str:study>/annotations/<str:uid>/", AnnotationView.as_view(), name="annotation"),
    path("api/studies/<str:study>/plane-marks/", PlaneMarksView.as_view(), name="plane-marks"),
    path("api/studies/<str:study>/plane-marks/<str:uid>/", PlaneMarkView.as_view(), name="plane-mark"),
]
