from django.urls import path

from reporting.deadlines import api, views

urlpatterns = [
    path("deadlines/", views.DeadlinesView.as_view(), name="deadlines"),
    path("deadlines/rows/", views.DeadlineRowsView.as_view(), name="deadline-rows"),
    path("deadlines/<int:pk>/", views.DeadlinesView.as_view(), name="deadline"),
    path("deadlines/<int:pk>/delete/", views.DeadlineDeleteView.as_view(), name="deadline-delete"),
    path("deadlines/<int:pk>/restore/", views.DeadlineRestoreView.as_view(), name="deadline-restore"),
    path("api/deadlines/", api.DeadlinesAPI.as_view(), name="api-deadlines"),
    path("api/deadlines/deleted/", api.DeletedDeadlinesAPI.as_view(), name="api-deadlines-deleted"),
    path("api/deadlines/<int:pk>/", api.DeadlineAPI.as_view(), name="api-deadline"),
    path("api/deadlines/<int:pk>/restore/", api.DeadlineRestoreAPI.as_view(), name="api-deadline-restore"),
]
