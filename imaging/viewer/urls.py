from django.urls import path

from imaging.viewer.api import AnnotationsView, AnnotationView, KeyImagePictureView, KeyImagesView, KeyImageView
from imaging.viewer.captures.api import CaptureView
from imaging.viewer.hanging import api as hanging_api
from imaging.viewer.hanging import views as hanging
from imaging.viewer.header.views import HeaderView
from imaging.viewer.keys import api as keys_api
from imaging.viewer.keys import views as keys
from imaging.viewer.layouts.api import LayoutView
from imaging.viewer.light.views import LightExamView, LightStudyView
from imaging.viewer.objects.api import ObjectsView, OverlayValuesView, SeriesObjectsView
from imaging.viewer.objects.views import DocumentView
from imaging.viewer.planes.api import PlaneMarksView, PlaneMarkView
from imaging.viewer.views import ExamImagesView, ShownView, ViewerView

urlpatterns = [
    path("exams/<accession:accession>/images/", ExamImagesView.as_view(), name="exam-images"),
    path("exams/<accession:accession>/light/", LightExamView.as_view(), name="exam-light"),
    path("viewer/<str:study>/light/", LightStudyView.as_view(), name="viewer-light"),
    path("viewer/<str:study>/", ViewerView.as_view(), name="viewer"),
    path("viewer/<str:study>/shown/", ShownView.as_view(), name="viewer-shown"),
    path("viewer/<str:study>/header/<str:instance>/", HeaderView.as_view(), name="viewer-header"),
    path("viewer/<str:study>/documents/<str:instance>/", DocumentView.as_view(), name="viewer-document"),
    path("api/studies/<str:study>/objects/", ObjectsView.as_view(), name="viewer-objects"),
    path("api/studies/<str:study>/objects/<str:series>/", SeriesObjectsView.as_view(), name="viewer-series-objects"),
    path("api/studies/<str:study>/overlays/<str:instance>/", OverlayValuesView.as_view(), name="viewer-overlay"),
    path("api/studies/<str:study>/key-images/", KeyImagesView.as_view(), name="key-images"),
    path("api/key-images/<int:pk>/", KeyImageView.as_view(), name="key-image"),
    path("api/key-images/<int:pk>/picture/", KeyImagePictureView.as_view(), name="key-image-picture"),
    path("api/studies/<str:study>/captures/<str:uid>/", CaptureView.as_view(), name="capture"),
    path("api/studies/<str:study>/layouts/<int:screen>/", LayoutView.as_view(), name="layout"),
    path("api/studies/<str:study>/annotations/", AnnotationsView.as_view(), name="annotations"),
    path("api/studies/<str:study>/annotations/<str:uid>/", AnnotationView.as_view(), name="annotation"),
    path("api/studies/<str:study>/plane-marks/", PlaneMarksView.as_view(), name="plane-marks"),
    path("api/studies/<str:study>/plane-marks/<str:uid>/", PlaneMarkView.as_view(), name="plane-mark"),
    path("viewer/<str:study>/hanging/", hanging.HangingProposeView.as_view(), name="hanging-propose"),
    path("hangings/", hanging.HangingsView.as_view(), name="hangings"),
    path("hangings/add/", hanging.HangingAddView.as_view(), name="hanging-add"),
    path("hangings/trial/", hanging.HangingTrialView.as_view(), name="hanging-trial"),
    path("hangings/said/", hanging.HangingSaidView.as_view(), name="hanging-said"),
    path("hangings/file/", hanging.HangingTakeView.as_view(), name="hanging-take"),
    path("hangings/<int:pk>/", hanging.HangingView.as_view(), name="hanging"),
    path("hangings/<int:pk>/file/", hanging.HangingFileView.as_view(), name="hanging-file"),
    path("hangings/<int:pk>/<slug:change>/", hanging.HangingActView.as_view(), name="hanging-act"),
    path("viewer-keys/", keys.KeysView.as_view(), name="viewer-keys"),
    path("viewer-keys/check/", keys.KeysCheckView.as_view(), name="viewer-keys-check"),
    path("viewer-keys/reset/", keys.KeysResetView.as_view(), name="viewer-keys-reset"),
    path("api/hangings/", hanging_api.HangingsAPI.as_view(), name="api-hangings"),
    path("api/hangings/trial/", hanging_api.HangingTrialAPI.as_view(), name="api-hanging-trial"),
    path("api/hangings/<int:pk>/", hanging_api.HangingAPI.as_view(), name="api-hanging"),
    path("api/hangings/<int:pk>/versions/", hanging_api.HangingVersionsAPI.as_view(), name="api-hanging-versions"),
    path("api/hangings/<int:pk>/restore/", hanging_api.HangingRestoreAPI.as_view(), name="api-hanging-restore"),
    path("api/viewer-keys/", keys_api.KeysAPI.as_view(), name="api-viewer-keys"),
]
