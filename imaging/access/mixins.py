"""For pages: sign in first, then the policy, then the page."""

from typing import Any, cast

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from imaging.access.models import User
from imaging.access.policy import require
from imaging.access.roles import Act
from imaging.common.errors import LightboxError


class SignedOut(LightboxError):
    """The session ended while the page was open."""

    status = 401
    code = "signed-out"


def person(request: HttpRequest) -> User:
    """Who is looking: behind `ActRequiredMixin` there is always somebody."""
    return cast(User, request.user)


class ActRequiredMixin(LoginRequiredMixin):
    """A page names its `act` (or `post_act` for what POST does); whoever may not do it is told who may."""

    act: Act
    post_act: Act | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            if _is_part(request):
                raise SignedOut(_("You are signed out. Sign in in another tab, then go on here."))
            return self.handle_no_permission()
        require(request.user, self.act)
        if self.post_act is not None and request.method not in {"GET", "HEAD", "OPTIONS"}:
            require(request.user, self.post_act)
        return super().dispatch(request, *args, **kwargs)


def _is_part(request: HttpRequest) -> bool:
    """A page's own script asks: the sign-in page would be no answer to it."""
    return bool(request.headers.get("HX-Request")) or request.headers.get("X-Requested-With") == "fetch"
