from django.urls import path

from imaging.routing import api, api_rules, views, views_copies, views_elsewhere, views_rules

urlpatterns = [
    path("transfers/", views.TransfersView.as_view(), name="transfers"),
    path("transfers/rows/", views.TransferRowsView.as_view(), name="transfer-rows"),
    path("transfers/away/", views.AwayView.as_view(), name="transfers-away"),
    path("transfers/send/<str:uid>/", views.SendView.as_view(), name="transfer-send"),
    path("transfers/<int:pk>/", views.TransferView.as_view(), name="transfer"),
    path("transfers/<int:pk>/cancel/", views.TransferCancelView.as_view(), name="transfer-cancel"),
    path("transfers/<int:pk>/retry/", views.TransferRetryView.as_view(), name="transfer-retry"),
    path("transfers/<int:pk>/<str:way>/", views.TransferPriorityView.as_view(), name="transfer-priority"),
    path("transfers/retry/", views.TransfersRetryView.as_view(), name="transfers-retry"),
    path("transfers/nodes/<int:pk>/try/", views.NodeTryView.as_view(), name="transfer-node-try"),
    path("transfers/rules/", views_rules.RulesView.as_view(), name="routing-rules"),
    path("transfers/rules/new/", views_rules.RuleView.as_view(), name="routing-rule-new"),
    path("transfers/rules/<int:pk>/", views_rules.RuleView.as_view(), name="routing-rule"),
    path("exams/<accession:accession>/elsewhere/", views_elsewhere.ElsewhereView.as_view(), name="exam-elsewhere"),
    path("api/exams/<accession:accession>/elsewhere/", views_elsewhere.ElsewhereApi.as_view(), name="api-exam-elsewhere"),
    path("exams/<accession:accession>/transfers/", views.ExamTransfersView.as_view(), name="exam-transfers"),
    path("corrections/<int:pk>/copies/", views_copies.CorrectionCopiesView.as_view(), name="correction-copies"),
    path("api/corrections/<int:pk>/copies/", views_copies.CorrectionCopiesApi.as_view(), name="api-correction-copies"),
    path("api/transfers/", api.TransfersView.as_view(), name="api-transfers"),
    path("api/transfers/<int:pk>/", api.TransferView.as_view(), name="api-transfer"),
    path("api/transfers/retry/", api.TransfersRetryView.as_view(), name="api-transfers-retry"),
    path("api/transfers/rules/", api_rules.RulesView.as_view(), name="api-routing-rules"),
    path("api/transfers/rules/<int:pk>/", api_rules.RuleView.as_view(), name="api-routing-rule"),
    path("api/transfers/<int:pk>/priority/", api.TransferPriorityView.as_view(), name="api-transfer-priority"),
    path("api/transfers/<int:pk>/cancel/", api.TransferCancelView.as_view(), name="api-transfer-cancel"),
    path("api/transfers/<int:pk>/retry/", api.TransferRetryView.as_view(), name="api-transfer-retry"),
]
