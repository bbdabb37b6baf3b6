"""Which page of pictures a device is shown: handhelds the light one, unless their user asked for the whole viewer."""

from django.http import HttpRequest

from imaging.common.ahead import is_ahead

FULL = "full_viewer"
"""The session remembers under this name that its user wants the whole viewer."""
HANDHELDS = ("Mobi", "Android", "iPhone", "iPad")


def wants_light(request: HttpRequest) -> bool:
    """Whether `request` comes from a phone or a tablet whose user did not ask for the whole viewer; `?full=1` asks for it."""
    if request.GET.get("full") == "1" and not is_ahead(request):
        request.session[FULL] = True
    return _is_handheld(request) and not request.session.get(FULL)


def chose_light(request: HttpRequest) -> None:
    """The light page was opened: from now on it is the one that is wanted."""
    request.session.pop(FULL, None)


def _is_handheld(request: HttpRequest) -> bool:
    """Browsers that say so (Sec-CH-UA-Mobile), and those whose name tells; a tablet says that it is no mobile, but names itself."""
    agent = request.headers.get("User-Agent", "")
    return request.headers.get("Sec-CH-UA-Mobile") == "?1" or any(word in agent for word in HANDHELDS)
