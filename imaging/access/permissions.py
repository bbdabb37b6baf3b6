"""DRF permissions over the one policy. The default is DenyAll: an operation that names no act is closed."""

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from imaging.access.policy import may, why_not
from imaging.access.roles import Act

if TYPE_CHECKING:  # rest_framework.views reads these classes while it loads
    from rest_framework.views import APIView


class DenyAll(BasePermission):
    def has_permission(self, request: Request, view: "APIView") -> bool:
        return False


class IsSignedIn(BasePermission):
    def has_permission(self, request: Request, view: "APIView") -> bool:
        return bool(request.user and request.user.is_authenticated and request.user.is_active)


class MayAct(BasePermission):
    """Reads `view.act`, or `view.acts` by action or method name; a view that names none is closed."""

    message: str | None = None

    def has_permission(self, request: Request, view: "APIView") -> bool:
        acts: dict[str, Act] = getattr(view, "acts", {})
        act = acts.get(getattr(view, "action", None) or str(request.method).lower(), getattr(view, "act", None))
        user = request.user or AnonymousUser()
        if act is not None and user.is_authenticated:
            self.message = why_not(act)
        return act is not None and may(user, act)
