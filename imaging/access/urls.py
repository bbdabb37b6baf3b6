from django.urls import path

from imaging.access import api, schema, views  # noqa: F401  schema registers itself with drf-spectacular
from imaging.access.styleguide import StyleGuideView

urlpatterns = [
    path("", views.home, name="home"),
    path("login/", views.SignInView.as_view(), name="login"),
    path("logout/", views.SignOutView.as_view(), name="logout"),
    path("no-role/", views.NoRoleView.as_view(), name="no-role"),
    path("preferences/", views.preferences, name="preferences"),
    path("search/", views.search_view, name="search"),
    path("styleguide/", StyleGuideView.as_view(), name="styleguide"),
    path("audit/", views.AuditView.as_view(), name="audit"),
    path("api/tokens/", api.TokenView.as_view(), name="api-tokens"),
    path("api/me/", api.MeView.as_view(), name="api-me"),
]
