from django.urls import include, path

urlpatterns = [path("", include("his_integration.messages.urls"))]
