from django.urls import path

from imaging.archive import api, views

urlpatterns = [
    path("unmatched/", views.UnmatchedView.as_view(), name="unmatched"),
    path("unmatched/rows/", views.UnmatchedRowsView.as_view(), name="unmatched-rows"),
    path("unmatched/<int:pk>/", views.CaseView.as_view(), name="unmatched-case"),
    path("unmatched/<int:pk>/decide/", views.CaseDecideView.as_view(), name="unmatched-decide"),
    path("unmatched/<int:pk>/reopen/", views.CaseReopenView.as_view(), name="unmatched-reopen"),
    path("api/unmatched/", api.CasesView.as_view(), name="api-unmatched"),
    path("api/unmatched/<int:pk>/", api.CaseView.as_view(), name="api-unmatched-case"),
    path("api/unmatched/<int:pk>/decide/", api.CaseDecideView.as_view(), name="api-unmatched-decide"),
    path("api/unmatched/<int:pk>/reopen/", api.CaseReopenView.as_view(), name="api-unmatched-reopen"),
]
