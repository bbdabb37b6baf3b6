from django.urls import path

from imaging.archive import api, views, views_deletions, views_storage

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
    path("storage/", views_storage.StorageView.as_view(), name="storage"),
    path("storage/rules/", views_storage.RulesView.as_view(), name="storage-rules"),
    path("storage/rules/new/", views_storage.RuleView.as_view(), name="storage-rule-new"),
    path("storage/rules/<int:pk>/", views_storage.RuleView.as_view(), name="storage-rule"),
    path("storage/holds/", views_storage.HoldsView.as_view(), name="storage-holds"),
    path("storage/holds/<int:pk>/release/", views_storage.HoldReleaseView.as_view(), name="storage-hold-release"),
    path("storage/findings/<int:pk>/<slug:deed>/", views_storage.FindingActView.as_view(), name="storage-finding-act"),
    path("storage/tasks/<int:pk>/<slug:deed>/", views_storage.TaskActView.as_view(), name="storage-task-act"),
    path("storage/deletions/", views_deletions.DeletionsView.as_view(), name="deletions"),
    path("storage/deletions/<int:pk>/", views_deletions.DeletionView.as_view(), name="deletion"),
    path("storage/deletions/<int:pk>/approve/", views_deletions.DeletionApproveView.as_view(), name="deletion-approve"),
    path("storage/deletions/<int:pk>/withdraw/", views_deletions.DeletionWithdrawView.as_view(), name="deletion-withdraw"),
    path("storage/items/<int:pk>/keep/", views_deletions.ItemKeepView.as_view(), name="deletion-item-keep"),
    path("exams/<accession:accession>/storage/", views_storage.ExamStorageView.as_view(), name="exam-storage"),
    path("exams/<accession:accession>/storage/delete/", views_storage.ExamDeleteView.as_view(), name="exam-delete-images"),
]
