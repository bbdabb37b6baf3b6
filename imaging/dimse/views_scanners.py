"""/nodes/scanners/: what each scanner is sent, what it asked and saw, and why it was shown an exam or not."""

from typing import Any

from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.generic import View

from imaging.access.mixins import ActRequiredMixin, person
from imaging.access.roles import Act
from imaging.dimse.forms_scanners import ExamForm, ProfileForm
from imaging.dimse.selectors import scanners_with_latest, worklist_queries
from imaging.dimse.worklist_explain import asked_lately, obstacles
from imaging.dimse.worklist_preview import preview
from imaging.orders.looks import audit_exam_look
from imaging.orders.selectors import exam_for
from imaging.patients.cards import Eyes
from imaging.scheduling.models import ON_WORKLIST, Station
from imaging.scheduling.profiles import station_profile_save
from imaging.scheduling.worklist_parts import worklist_parts


class ScannersView(ActRequiredMixin, View):
    act = Act.NODE_MANAGE

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "imaging/dimse/scanners.html", {"scanners": scanners_with_latest()})


class ScannerView(ActRequiredMixin, View):
    """A scanner's profile, and what it asked lately."""

    act = Act.NODE_MANAGE

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        station = get_object_or_404(Station, pk=pk)
        exam = ExamForm(request.GET or None)
        if exam.is_bound and exam.is_valid():
            return redirect("scanner-exam", pk=pk, accession=exam.cleaned_data["accession"])
        return _page(request, station, ProfileForm(instance=station), exam)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        station = get_object_or_404(Station, pk=pk)
        form = ProfileForm(request.POST, instance=station)
        if not form.is_valid():
            return _page(request, station, form, ExamForm(), status=422)
        station_profile_save(user=person(request), station=station, **form.cleaned_data)
        notices.success(request, _("%(scanner)s is sent its worklist so from now on.") % {"scanner": station.ae_title})
        return redirect("scanner", pk=pk)


def _page(request: HttpRequest, station: Station, form: ProfileForm, exam: ExamForm, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"station": station, "form": form, "exam_form": exam, "queries": worklist_queries(station)}
    return render(request, "imaging/dimse/scanner.html", context, status=status)


class ScannerExamView(ActRequiredMixin, View):
    """One exam before one scanner: what it would get, and why it was shown or not."""

    act = Act.NODE_MANAGE

    def get(self, request: HttpRequest, pk: int, accession: str) -> HttpResponse:
        station, user = get_object_or_404(Station, pk=pk), person(request)
        exam = exam_for(user, accession)
        audit_exam_look(user=user, exam=exam, door="page")
        seen = Eyes(user).see(exam.patient, exam)
        steps = worklist_parts(list(exam.steps.filter(status__in=ON_WORKLIST).order_by("pk").values_list("pk", flat=True)))
        context = {
            "station": station,
            "exam": exam,
            "patient": seen,
            "obstacles": obstacles(exam, station),
            "asked": asked_lately(exam, station, hide_values=seen.hidden),
            "previews": [] if seen.hidden else [preview(step, station) for step in steps],
        }
        return render(request, "imaging/dimse/scanner_exam.html", context)
