"""What a browser fetches or prepares before anybody asked for it: it shows nothing yet, so it is no look, and it may change nothing."""

from django.http import HttpRequest

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_WORD = "ahead"


def is_ahead(request: HttpRequest) -> bool:
    """Whether the browser says that it only prepares: by itself (Sec-Purpose, of the Fetch standard), or by our script (X-Purpose)."""
    purpose = request.headers.get("Sec-Purpose", "")
    return purpose.startswith("prefetch") or request.headers.get("X-Purpose") == OWN_WORD


def would_act(request: HttpRequest) -> bool:
    """Whether a page that nobody sees yet tries to change something."""
    return request.method not in SAFE and is_ahead(request)
