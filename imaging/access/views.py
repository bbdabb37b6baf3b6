"""Signing in and out, the way home, and preferences."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from django.views.generic import ListView, TemplateView

from imaging.access.audit import audit_record
from imaging.access.middleware import LANGUAGE_COOKIE
from imaging.access.mixins import ActRequiredMixin
from imaging.access.models import AuditEvent
from imaging.access.policy import home_of
from imaging.access.roles import Act
from imaging.access.services import preferences_update

YEAR_SECONDS = 365 * 24 * 3600


class SignInView(LoginView):
    template_name = "imaging/access/login.html"
    redirect_authenticated_user = True

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        audit_record(act="sign-in", door="page", user=form.get_user(), address=self.request.META.get("REMOTE_ADDR", ""))
        return answer


class SignOutView(LogoutView):
    next_page = "/login/"


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """`/` goes to the page on which this person's day begins."""
    return redirect(home_of(request.user))


class NoRoleView(TemplateView):
    template_name = "imaging/access/no_role.html"


def _back(request: HttpRequest) -> str:
    target = request.POST.get("next", "/")
    return target if url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()) else "/"


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep language or theme; works before signing in too (language only, in a cookie)."""
    language = request.POST.get("language")
    if request.user.is_authenticated:
        preferences_update(user=request.user, language=language, theme=request.POST.get("theme"))
    answer = HttpResponseRedirect(_back(request))
    if language:
        answer.set_cookie(LANGUAGE_COOKIE, language, max_age=YEAR_SECONDS, samesite="Lax", httponly=True)
    return answer


class AuditView(ActRequiredMixin, ListView):
    """The audit trail, newest first, by person, patient, accession number or act."""

    act = Act.AUDIT_VIEW
    template_name = "imaging/access/audit.html"
    context_object_name = "events"
    page_rows = 50
    filters = ("actor__icontains", "patient_number", "accession_number", "act")

    def get_queryset(self) -> Any:
        rows = AuditEvent.objects.select_related("user")
        wanted = {name: self.request.GET[name.partition("__")[0]] for name in self.filters if self.request.GET.get(name.partition("__")[0])}
        before = self.request.GET.get("before", "")
        return rows.filter(**wanted, **({"id__lt": int(before)} if before.isdigit() else {}))[: self.page_rows]
