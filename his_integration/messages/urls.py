from django.urls import path

from his_integration.messages import api, views

urlpatterns = [
    path("messages/", views.MessagesView.as_view(), name="messages"),
    path("messages/rows/", views.MessageRowsView.as_view(), name="message-rows"),
    path("messages/<int:pk>/", views.MessageView.as_view(), name="message"),
    path("messages/<int:pk>/again/", views.MessageAgainView.as_view(), name="message-again"),
    path("api/messages/", api.MessagesView.as_view(), name="api-messages"),
    path("api/messages/<int:pk>/", api.MessageView.as_view(), name="api-message"),
    path("api/messages/<int:pk>/again/", api.MessageAgainView.as_view(), name="api-message-again"),
]
