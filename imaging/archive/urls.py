from django.urls import path

from imaging.archive.corrections import api as correction_api
from imaging.archive.corrections import views as correction_views
from imaging.archive.life import api as api_storage
from imaging.archive.life import views as views_storage
from imaging.archive.life import views_deletions
from imaging.archive.queue import api, views

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
    path("storage/", views_storage.StorageView.as_view(), name="storage"),
    path("storage/rules/", views_storage.RulesView.as_view(), name="storage-rules"),
    path("storage/rules/new/", views_storage.RuleView.as_view(), name="storage-rule-new"),
    path("storage/rules/<int:pk>/", views_storage.RuleView.as_view(), name="storage-rule"),
    path("storage/holds/", views_storage.HoldsView.as_view(), name="storage-holds"),
    path("storage/holds/<int:pk>/release/", views_storage.HoldReleaseView.as_view(), name="storage-hold-release"),
    path("storage/findings/<int:pk>/<slug:deed>/", views_storage.FindingActView.as_view(), name="storage-finding-act"),
    path("storage/tasks/<int:pk>/<slug:deed>/", views_storage.TaskActView.as_view(), name="storage-task-act"),
    path("api/storage/", api_storage.StorageView.as_view(), name="api-storage"),
    path("api/storage/rules/", api_storage.RulesView.as_view(), name="api-storage-rules"),
    path("api/storage/rules/<int:pk>/", api_storage.RuleView.as_view(), name="api-storage-rule"),
    path("api/storage/holds/", api_storage.HoldsView.as_view(), name="api-storage-holds"),
    path("api/storage/holds/<int:pk>/release/", api_storage.HoldReleaseView.as_view(), name="api-storage-hold-release"),
    path("api/storage/tasks/<int:pk>/<slug:deed>/", api_storage.TaskActView.as_view(), name="api-storage-task-act"),
    path("api/storage/deletions/", api_storage.DeletionsView.as_view(), name="api-deletions"),
    path("api/storage/deletions/<int:pk>/", api_storage.DeletionView.as_view(), name="api-deletion"),
    path("api/storage/deletions/<int:pk>/approve/", api_storage.DeletionApproveView.as_view(), name="api-deletion-approve"),
    path("api/storage/deletions/<int:pk>/withdraw/", api_storage.DeletionWithdrawView.as_view(), name="api-deletion-withdraw"),
    path("api/exams/<accession:accession>/storage/delete/", api_storage.ExamDeleteView.as_view(), name="api-exam-delete-images"),
    path("api/storage/items/<int:pk>/keep/", api_storage.ItemKeepView.as_view(), name="api-deletion-item-keep"),
    path("storage/deletions/", views_deletions.DeletionsView.as_view(), name="deletions"),
    path("storage/deletions/<int:pk>/", views_deletions.DeletionView.as_view(), name="deletion"),
    path("storage/deletions/<int:pk>/approve/", views_deletions.DeletionApproveView.as_view(), name="deletion-approve"),
    path("storage/deletions/<int:pk>/withdraw/", views_deletions.DeletionWithdrawView.as_view(), name="deletion-withdraw"),
    path("storage/items/<int:pk>/keep/", views_deletions.ItemKeepView.as_view(), name="deletion-item-keep"),
    path("exams/<accession:accession>/storage/", views_storage.ExamStorageView.as_view(), name="exam-storage"),
    path("exams/<accession:accession>/storage/delete/", views_storage.ExamDeleteView.as_view(), name="exam-delete-images"),
]
