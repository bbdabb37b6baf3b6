from django.urls import path

from reporting.subspecialties import api, views

urlpatterns = [
    path("subspecialties/", views.SubspecialtiesView.as_view(), name="subspecialties"),
    path("subspecialties/rows/", views.SubspecialtyRowsView.as_view(), name="subspecialty-rows"),
    path("subspecialties/<int:pk>/", views.SubspecialtiesView.as_view(), name="subspecialty"),
    path("subspecialties/<int:pk>/delete/", views.SubspecialtyDeleteView.as_view(), name="subspecialty-delete"),
    path("subspecialties/<int:pk>/restore/", views.SubspecialtyRestoreView.as_view(), name="subspecialty-restore"),
    path("api/subspecialties/", api.SubspecialtiesAPI.as_view(), name="api-subspecialties"),
    path("api/subspecialties/deleted/", api.DeletedSubspecialtiesAPI.as_view(), name="api-subspecialties-deleted"),
    path("api/subspecialties/<int:pk>/", api.SubspecialtyAPI.as_view(), name="api-subspecialty"),
    path("api/subspecialties/<int:pk>/restore/", api.SubspecialtyRestoreAPI.as_view(), name="api-subspecialty-restore"),
]
