"""Signing in and out, the way home, and preferences."""

from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import LoginView, LogoutView
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from django.views.generic import ListView, TemplateView

from imaging.access.audit import audit_list, audit_record
from imaging.access.middleware import LANGUAGE_COOKIE
from imaging.access.mixins import ActRequiredMixin, person
from imaging.access.models import AuditEvent
from imaging.access.policy import home_of
from imaging.access.roles import Act
from imaging.access.search import search
from imaging.access.services import preferences_update
from imaging.common.typed import whole_number

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


class NoRoleView(LoginRequiredMixin, TemplateView):
    template_name = "imaging/access/no_role.html"


def _back(request: HttpRequest) -> str:
    target = request.POST.get("next", "/")
    return target if url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()) else "/"


@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep what was chosen of language, theme, rows and keys; before signing in the language only, in a cookie."""
    language = request.POST.get("language")
    if request.user.is_authenticated:
        letters = request.POST.get("letter_keys")
        preferences_update(
            user=request.user,
            language=language,
            theme=request.POST.get("theme"),
            density=request.POST.get("density"),
            letter_keys=None if letters is None else letters == "on",
        )
    answer = HttpResponseRedirect(_back(request))
    if language:
        answer.set_cookie(LANGUAGE_COOKIE, language, max_age=YEAR_SECONDS, samesite="Lax", httponly=True)
    return answer


class AuditView(ActRequiredMixin, ListView):
    """The audit trail, newest first, by person, patient number, accession number or act; keyset pages."""

    act = Act.AUDIT_VIEW
    template_name = "imaging/access/audit.html"
    context_object_name = "events"
    page_rows = 50
    lookups: ClassVar = {
        "actor": "actor__icontains",
        "patient_number": "patient_number",
        "accession_number": "accession_number",
        "act": "act",
    }

    def filters(self) -> dict[str, str]:
        return {name: text for name in self.lookups if (text := self.request.GET.get(name, "").strip())}

    def get_queryset(self) -> QuerySet[AuditEvent]:
        asked = {f"of_{name}": text for name, text in self.filters().items()}
        audit_list(user=person(self.request), act="audit.list", door="page", **asked)
        rows = AuditEvent.objects.filter(**{self.lookups[name]: text for name, text in self.filters().items()})
        before = whole_number(self.request.GET.get("before"))
        return (rows if before is None else rows.filter(pk__lt=before)).order_by("-pk")[: self.page_rows]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        events = list(context["events"])
        context.update(events=events, filters=self.filters(), is_filtered=bool(self.filters()))
        if len(events) == self.page_rows:
            context["next_url"] = f"?{urlencode({**self.filters(), 'before': events[-1].pk})}"
        if "before" in self.request.GET:
            context["first_url"] = f"?{urlencode(self.filters())}"
        return context


@login_required
def search_view(request: HttpRequest) -> HttpResponse:
    """Ctrl K: options for the list under the field; without script a page, and straight on when only one thing is meant."""
    text = request.GET.get("q", "").strip()
    hits = search(request.user, text)
    if text and hits:
        audit_list(user=person(request), act="search", door="page", text=text[:100])
    if request.headers.get("HX-Request"):
        return render(request, "imaging/access/_search_options.html", {"hits": hits})
    if len(hits) == 1 or (hits and hits[0].exact and not any(hit.exact for hit in hits[1:])):
        return redirect(hits[0].url)
    return render(request, "imaging/access/search.html", {"hits": hits, "text": text})
