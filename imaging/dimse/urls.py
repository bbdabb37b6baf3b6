from django.urls import path

from imaging.dimse import api, views, views_scanners

urlpatterns = [
    path("nodes/", views.NodesView.as_view(), name="nodes"),
    path("nodes/new/", views.NodeView.as_view(), name="node-new"),
    path("nodes/<int:pk>/", views.NodeView.as_view(), name="node"),
    path("nodes/<int:pk>/echo/", views.NodeEchoView.as_view(), name="node-echo"),
    path("nodes/live/", views.LiveView.as_view(), name="live-associations"),
    path("nodes/live/rows/", views.LiveRowsView.as_view(), name="live-rows"),
    path("nodes/live/<int:process>/<int:number>/end/", views.AssociationEndView.as_view(), name="association-end"),
    path("nodes/scanners/", views_scanners.ScannersView.as_view(), name="scanners"),
    path("nodes/scanners/<int:pk>/", views_scanners.ScannerView.as_view(), name="scanner"),
    path("nodes/scanners/<int:pk>/<accession:accession>/", views_scanners.ScannerExamView.as_view(), name="scanner-exam"),
    path("api/nodes/", api.NodesView.as_view(), name="api-nodes"),
    path("api/nodes/<int:pk>/", api.NodeView.as_view(), name="api-node"),
    path("api/nodes/<int:pk>/echo/", api.NodeEchoView.as_view(), name="api-node-echo"),
]
