"""Where a reader goes after a report: what comes next is for the reading list to say, of which reports know nothing."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

Onward = Callable[[HttpRequest, str], HttpResponse]
_onward: list[Onward] = []


def onward_register(answer: Onward) -> None:
    """`answer(request, accession)` leads on from this exam."""
    _onward[:] = [answer]


def onward(request: HttpRequest, accession: str) -> HttpResponse:
    """The answer that leads on."""
    return _onward[0](request, accession)
