"""Turns our errors into pages with the right status, so that no view has to."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from imaging.common.errors import LightboxError


class ProblemMiddleware:
    """A LightboxError that leaves a view becomes a page (or an HTMX fragment) that says what happened and what to do."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, LightboxError):
            return None
        fragment = bool(request.headers.get("HX-Request"))
        answer = render(request, "_error.html" if fragment else "problem.html", {"error": error}, status=error.status)
        if fragment:
            answer["X-Problem"] = error.code
        return answer
