from django.urls import path

from imaging.orders import api, views, views_patients

urlpatterns = [
    path("patients/", views_patients.PatientsView.as_view(), name="patients"),
    path("patients/<int:pk>/", views_patients.PatientView.as_view(), name="patient"),
    path("patients/<int:pk>/panel/", views_patients.PatientPanelView.as_view(), name="patient-panel"),
    path("patients/<int:pk>/merge/", views_patients.PatientMergeView.as_view(), name="patient-merge"),
    path("merges/<int:pk>/undo/", views_patients.PatientUnmergeView.as_view(), name="merge-undo"),
    path("exams/", views.ExamsView.as_view(), name="exams"),
    path("exams/<accession:accession>/", views.TimelineView.as_view(), name="exam"),
    path("exams/<accession:accession>/cancel/", views.ExamCancelView.as_view(), name="exam-cancel"),
    path("api/procedures/", api.ProceduresView.as_view(), name="api-procedures"),
    path("api/exams/", api.ExamsView.as_view(), name="api-exams"),
    path("api/exams/<accession:accession>/", api.ExamView.as_view(), name="api-exam"),
    path("api/exams/<accession:accession>/timeline/", api.TimelineView.as_view(), name="api-exam-timeline"),
    path("api/exams/<accession:accession>/cancel/", api.ExamCancelView.as_view(), name="api-exam-cancel"),
]
