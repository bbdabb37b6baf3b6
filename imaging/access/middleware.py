"""The signed-in person: their language, and that a page is still theirs."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _

from imaging.common.errors import LightboxError
from imaging.common.middleware import problem_page

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


class AnotherPerson(LightboxError):
    status = 401
    code = "another-person"


SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class SamePersonMiddleware:
    """A page says whose it is with every change. When somebody else has signed in in that browser meanwhile, nothing is taken from it:
    what one person measured or wrote is never kept as another's. Who sends no such header is not a page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        claimed = request.headers.get("X-Lightbox-Person", "")
        # Who is signed out is told so by the door itself.
        if not claimed or request.method in SAFE_METHODS or request.user.is_anonymous or claimed == str(request.user.pk):
            return self.get_response(request)
        return problem_page(request, AnotherPerson(_("Somebody else has signed in in this browser. Load the page again.")))
