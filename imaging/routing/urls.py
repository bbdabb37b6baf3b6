from django.urls import path

from imaging.routing import api, views, views_copies

urlpatterns = [
    path("transfers/", views.TransfersView.as_view(), name="transfers"),
    path("transfers/rows/", views.TransferRowsView.as_view(), name="transfer-rows"),
    path("transfers/send/<str:uid>/", views.SendView.as_view(), name="transfer-send"),
    path("transfers/<int:pk>/", views.TransferView.as_view(), name="transfer"),
    path("transfers/<int:pk>/cancel/", views.TransferCancelView.as_view(), name="transfer-cancel"),
    path("transfers/<int:pk>/retry/", views.TransferRetryView.as_view(), name="transfer-retry"),
    path("exams/<accession:accession>/transfers/", views.ExamTransfersView.as_view(), name="exam-transfers"),
    path("corrections/<int:pk>/copies/", views_copies.CorrectionCopiesView.as_view(), name="correction-copies"),
    path("api/corrections/<int:pk>/copies/", views_copies.CorrectionCopiesApi.as_view(), name="api-correction-copies"),
    path("api/transfers/", api.TransfersView.as_view(), name="api-transfers"),
    path("api/transfers/<int:pk>/", api.TransferView.as_view(), name="api-transfer"),
    path("api/transfers/<int:pk>/cancel/", api.TransferCancelView.as_view(), name="api-transfer-cancel"),
    path("api/transfers/<int:pk>/retry/", api.TransferRetryView.as_view(), name="api-transfer-retry"),
]
