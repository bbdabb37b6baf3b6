"""Handing a report over to a colleague: from the panel and from the list; and what is offered to whom."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from imaging.access.mixins import ActRequiredMixin
from imaging.access.models import User
from imaging.access.roles import Act
from imaging.common.errors import InvalidInput, LightboxError, NotFound
from imaging.common.typed import whole_number
from reporting.reports import services
from reporting.reports.doors import address_of, go_to, panel_answer, person, text_kept
from reporting.reports.errors import DraftConflict
from reporting.reports.handing import MOST_OFFERS, offers_for, refusals_for
from reporting.reports.models import Report
from reporting.reports.selectors import report_visible, report_workable
from reporting.subspecialties.selectors import readers


def colleague(key: int | None) -> User:
    """Somebody who writes reports. Raises InvalidInput."""
    found = readers().filter(pk=key).first() if key is not None else None
    if found is None:
        raise InvalidInput(_("Choose to whom."), field="to")
    return found


class HandAct(ActRequiredMixin, View):
    """A step of a hand-over; from the list it leads back there, in the panel it answers with the panel."""

    act = Act.REPORT_WRITE
    http_method_names = ("post",)

    def post(self, request: HttpRequest, accession: str) -> HttpResponse:
        from_list = request.POST.get("list") == "1"
        try:
            done = self.run(request, accession)
        except DraftConflict as error:
            return panel_answer(request, accession, error=error, conflict=error)
        except LightboxError as error:
            if from_list or isinstance(error, NotFound):
                raise
            return panel_answer(request, accession, error=error)
        if done is not None:
            return done
        return redirect("reading") if from_list else panel_answer(request, accession)

    def run(self, request: HttpRequest, accession: str) -> HttpResponse | None:
        """Do it; answer with another page where one follows."""
        raise NotImplementedError


class HandOverView(HandAct):
    def run(self, request: HttpRequest, accession: str) -> None:
        report = text_kept(request, report_visible(user=request.user, accession=accession))
        to = colleague(whole_number(request.POST.get("to")))
        services.report_offer(report=report, user=person(request), to=to, word=request.POST.get("word", ""))


class HandWithdrawView(HandAct):
    def run(self, request: HttpRequest, accession: str) -> None:
        services.report_offer_withdraw(report=report_visible(user=request.user, accession=accession), user=person(request))


class HandTakeView(HandAct):
    """Take it and go to its images."""

    def run(self, request: HttpRequest, accession: str) -> HttpResponse:
        report: Report = report_workable(user=request.user, accession=accession)
        taken = services.report_offer_take(report=report, user=person(request))
        return go_to(request, address_of(request, taken.exam))


class HandRefuseView(HandAct):
    """Refuse it; a protected patient's exam is none of theirs, so the list follows."""

    def run(self, request: HttpRequest, accession: str) -> HttpResponse:
        report: Report = report_workable(user=request.user, accession=accession)
        services.report_offer_refuse(report=report, user=person(request), word=request.POST.get("word", ""))
        return go_to(request, reverse("reading"))


class OffersView(ActRequiredMixin, View):
    """What is offered to this person, and who refused what they offered: without a patient's name, for it stands beside another's
    images. POST puts a refusal away."""

    act = Act.REPORT_WRITE

    def get(self, request: HttpRequest) -> HttpResponse:
        user = person(request)
        context = {"offers": offers_for(user)[:MOST_OFFERS], "refusals": refusals_for(user)[:MOST_OFFERS]}
        return render(request, "reporting/reports/_offers.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        refusal = refusals_for(person(request)).filter(pk=whole_number(request.POST.get("refusal")) or 0).first()
        if refusal is not None:
            services.refusal_put_away(offer=refusal, user=person(request))
        return self.get(request)
