"""The signed-in person's language, for pages and for what REST says."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

LANGUAGE_COOKIE = "lightbox_language"


def language_of(request: HttpRequest) -> str:
    """The person's choice, else the browser's cookie from the sign-in page, else what the browser asks for."""
    chosen = getattr(request.user, "language", "") or request.COOKIES.get(LANGUAGE_COOKIE, "")
    return chosen if chosen and translation.check_for_language(chosen) else translation.get_language_from_request(request)


class PreferencesMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with translation.override(language_of(request)):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language())
        return response
