from django.urls import path

from imaging.patients import api, views

urlpatterns = [
    path("patients/<int:pk>/protection/", views.ProtectionView.as_view(), name="patient-protection"),
    path("api/patients/", api.PatientsView.as_view(), name="api-patients"),
    path("api/patients/<int:pk>/", api.PatientView.as_view(), name="api-patient"),
    path("api/patients/<int:pk>/merge/", api.PatientMergeView.as_view(), name="api-patient-merge"),
    path("api/patients/<int:pk>/protection/", api.ProtectionView.as_view(), name="api-patient-protection"),
    path("api/patients/<int:pk>/access-list/", api.AccessListView.as_view(), name="api-patient-access-list"),
    path("api/merges/<int:pk>/undo/", api.MergeUndoView.as_view(), name="api-merge-undo"),
]
