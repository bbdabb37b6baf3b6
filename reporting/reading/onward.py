"""Going on to the exam that comes next, from the list, from the images, and after signing: in the list that one works through."""

from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from imaging.common.errors import Forbidden, NotFound, WrongState
from reporting.reading.filters import ListFilter
from reporting.reading.rows import following, open_rows
from reporting.reports.doors import address_of, go_to, person
from reporting.reports.errors import ReportTaken
from reporting.reports.services import report_open

RESUMED = "reading-list"


def asked_of(request: HttpRequest) -> ListFilter:
    """The list that the reader was in last."""
    return ListFilter.of(QueryDict(str(request.session.get(RESUMED, ""))))


def next_answer(request: HttpRequest, after: str = "") -> HttpResponse:
    """Take the exam that comes next and go to it, passing over what somebody else took meanwhile; back to the list when none is left."""
    user, asked = person(request), asked_of(request)
    for exam in following(open_rows(user, asked), asked, after):
        try:
            report_open(exam=exam, user=user)
        except (ReportTaken, Forbidden, NotFound, WrongState):
            continue
        exam.refresh_from_db()
        return go_to(request, address_of(request, exam))
    notices.info(request, _("Nothing more waits in this list."))
    return go_to(request, f"{reverse('reading')}?{asked.address}")
