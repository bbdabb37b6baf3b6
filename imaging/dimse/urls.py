from django.urls import path

from imaging.dimse import api, views

urlpatterns = [
    path("nodes/", views.NodesView.as_view(), name="nodes"),
    path("nodes/new/", views.NodeView.as_view(), name="node-new"),
    path("nodes/<int:pk>/", views.NodeView.as_view(), name="node"),
    path("nodes/<int:pk>/echo/", views.NodeEchoView.as_view(), name="node-echo"),
    path("api/nodes/", api.NodesView.as_view(), name="api-nodes"),
    path("api/nodes/<int:pk>/", api.NodeView.as_view(), name="api-node"),
    path("api/nodes/<int:pk>/echo/", api.NodeEchoView.as_view(), name="api-node-echo"),
]
