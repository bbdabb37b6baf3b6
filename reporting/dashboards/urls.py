from django.urls import path

from reporting.dashboards import api, views

urlpatterns = [
    path("dashboard/", views.BoardView.as_view(), name="dashboard"),
    path("dashboard/now/", views.BoardPartView.as_view(), name="dashboard-now"),
    path("dashboard/workload/", views.FiguresView.as_view(page="workload"), name="dashboard-workload"),
    path("dashboard/turnaround/", views.FiguresView.as_view(page="turnaround"), name="dashboard-turnaround"),
    path("dashboard/revenue/", views.FiguresView.as_view(page="revenue"), name="dashboard-revenue"),
    path("dashboard/rooms/", views.FiguresView.as_view(page="rooms"), name="dashboard-rooms"),
    path("dashboard/exams/", views.ExamsView.as_view(), name="dashboard-exams"),
    path("api/dashboard/today/", api.TodayView.as_view(), name="api-dashboard-today"),
    path("api/dashboard/exams/", api.ExamsView.as_view(), name="api-dashboard-exams"),
    path("api/dashboard/<slug:page>/", api.FiguresView.as_view(), name="api-dashboard"),
]
