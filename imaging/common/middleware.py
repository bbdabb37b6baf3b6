"""For every answer: our errors as pages with the right status, and nothing of a patient left in a browser's cache."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from imaging.common.ahead import would_act
from imaging.common.errors import InvalidInput, LightboxError, WrongState, told

NUL = "\x00"


class ProblemMiddleware:
    """An error of the request that leaves a view becomes a page (or an HTMX fragment) that says what happened and what to do."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        answer.headers.setdefault("Cache-Control", "private, no-store")
        return answer

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponse | None:
        """What a page that is only prepared may not do, and what no address has: PostgreSQL takes no text with a NUL."""
        if would_act(request):
            return self.process_exception(request, WrongState(_("A page that is not shown yet changes nothing.")))
        asked = [request.path, *(value for values in request.GET.lists() for value in values[1])]
        if not any(NUL in text for text in asked):
            return None
        return self.process_exception(request, InvalidInput(_("This address has a character that no address has.")))

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        known = told(error)
        return problem_page(request, known) if known is not None else None


def problem_page(request: HttpRequest, error: LightboxError) -> HttpResponse:
    """What happened and what to do: a page, or a part of one for HTMX."""
    fragment = bool(request.headers.get("HX-Request"))
    answer = render(request, "_error.html" if fragment else "problem.html", {"error": error}, status=error.status)
    if fragment:
        answer["X-Problem"] = error.code
    return answer
