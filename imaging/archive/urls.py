from django.urls import path

from imaging.archive import api, correction_api, correction_views, views

urlpatterns = [
    path("unmatched/", views.UnmatchedView.as_view(), name="unmatched"),
    path("unmatched/rows/", views.UnmatchedRowsView.as_view(), name="unmatched-rows"),
    path("unmatched/<int:pk>/", views.CaseView.as_view(), name="unmatched-case"),
    path("unmatched/<int:pk>/decide/", views.CaseDecideView.as_view(), name="unmatched-decide"),
    path("unmatched/decide/", views.CasesDecideView.as_view(), name="unmatched-decide-many"),
    path("unmatched/<int:pk>/claim/", views.CaseClaimView.as_view(), name="unmatched-claim"),
    path("unmatched/<int:pk>/pictures/<str:side>/", views.CasePictureView.as_view(), name="unmatched-picture"),
    path("unmatched/<int:pk>/reopen/", views.CaseReopenView.as_view(), name="unmatched-reopen"),
    path("api/unmatched/", api.CasesView.as_view(), name="api-unmatched"),
    path("api/unmatched/<int:pk>/", api.CaseView.as_view(), name="api-unmatched-case"),
    path("api/unmatched/<int:pk>/decide/", api.CaseDecideView.as_view(), name="api-unmatched-decide"),
    path("api/unmatched/decide/", api.CasesDecideView.as_view(), name="api-unmatched-decide-many"),
    path("api/unmatched/<int:pk>/claim/", api.CaseClaimView.as_view(), name="api-unmatched-claim"),
    path("api/unmatched/<int:pk>/reopen/", api.CaseReopenView.as_view(), name="api-unmatched-reopen"),
    path("studies/<str:uid>/corrections/", correction_views.CorrectionsView.as_view(), name="corrections"),
    path("studies/<str:uid>/corrections/targets/", correction_views.TargetsView.as_view(), name="correction-targets"),
    path("corrections/<int:pk>/undo/", correction_views.CorrectionUndoView.as_view(), name="correction-undo"),
    path("corrections/<int:pk>/pictures/<int:image>/", correction_views.RejectedPictureView.as_view(), name="rejected-picture"),
    path("api/studies/<str:uid>/corrections/", correction_api.StudyCorrectionsView.as_view(), name="api-corrections"),
    path("api/corrections/<int:pk>/undo/", correction_api.CorrectionUndoView.as_view(), name="api-correction-undo"),
]
