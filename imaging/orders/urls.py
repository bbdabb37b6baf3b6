from django.urls import path

from imaging.orders import api

urlpatterns = [
    path("api/procedures/", api.ProceduresView.as_view(), name="api-procedures"),
    path("api/exams/", api.ExamsView.as_view(), name="api-exams"),
    path("api/exams/<str:accession>/", api.ExamView.as_view(), name="api-exam"),
    path("api/exams/<str:accession>/timeline/", api.TimelineView.as_view(), name="api-exam-timeline"),
    path("api/exams/<str:accession>/cancel/", api.ExamCancelView.as_view(), name="api-exam-cancel"),
]
