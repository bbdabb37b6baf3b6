"""/studies/UID/corrections/: a study's series and what was corrected of it; giving them elsewhere, rejecting, taking back."""

from typing import Any, cast

from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from imaging.access.audit import audit_look
from imaging.access.mixins import ActRequiredMixin
from imaging.access.models import User
from imaging.access.policy import may
from imaging.access.roles import Act
from imaging.archive.corrections.choices import choices_found
from imaging.archive.corrections.correcting import Wish, correction_make
from imaging.archive.corrections.forms import CorrectionForm
from imaging.archive.corrections.reasons import REASONS
from imaging.archive.corrections.reject import may_reject
from imaging.archive.corrections.selectors import correction_for, corrections_of, rejected_pictures
from imaging.archive.corrections.undo import correction_undo
from imaging.archive.looks import audit_study_look
from imaging.archive.models import Instance, Series, Study
from imaging.archive.pictures.thumbnails import middle_frame, thumbnail
from imaging.archive.selectors import is_protected, study_for
from imaging.common.errors import InvalidInput, NotFound
from imaging.common.typed import whole_number
from imaging.patients.cards import Eyes

IMAGES_SHOWN = 120


def gone_on(request: HttpRequest, url: str) -> HttpResponse:
    """To the next page, whether the form was sent by htmx (which keeps what was typed when it is refused) or without script."""
    return HttpResponse(headers={"HX-Redirect": url}) if request.headers.get("HX-Request") else redirect(url)


class CorrectionPage(ActRequiredMixin, TemplateView):
    """What belongs to the page of a study's corrections; who only rejects own images gets it for their own exams."""

    act = Act.IMAGES_REJECT

    def study(self) -> Study:
        study = study_for(self.request.user, self.kwargs["uid"])
        audit_study_look(user=self.user, study=study, door="page", address=self.request.META.get("REMOTE_ADDR", ""))
        return study

    @property
    def user(self) -> User:
        return cast(User, self.request.user)


class CorrectionsView(CorrectionPage):
    template_name = "imaging/archive/corrections.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        study, can_correct = self.study(), may(self.user, Act.ARCHIVE_CORRECT)
        rows = study.series.filter(rejection=None, instance_count__gt=0).order_by("series_number", "pk")
        patient = study.matched_patient
        return super().get_context_data(
            **kwargs,
            study=study,
            card=Eyes(self.user).card(patient, study.exam, exam_date=study.study_date) if patient else None,
            series=list(rows),
            opened=_opened(self.request, study),
            history=corrections_of(self.user, study),
            reasons=REASONS.values(),
            wishes=[wish for wish in Wish if wish == Wish.REJECT or can_correct],
            can_act=can_correct or may_reject(self.user, study),
            can_correct=can_correct,
            is_protected=is_protected(study),
        )

    def post(self, request: HttpRequest, uid: str) -> HttpResponse:
        study, form = study_for(request.user, uid), CorrectionForm(request.POST)
        if not form.is_valid():
            raise InvalidInput(_("Choose what is to be done."), field="wish")
        correction = correction_make(user=self.user, study=study, wanted=form.wanted())
        notices.success(request, _("%(count)s images corrected. It can be taken back below.") % {"count": correction.images})
        return gone_on(request, reverse("corrections", args=[uid]))


def _opened(request: HttpRequest, study: Study) -> dict[str, Any] | None:
    """The series whose images are shown one by one, to choose among them."""
    number = whole_number(request.GET.get("series", ""))
    series = Series.objects.filter(pk=number, study=study, rejection=None).first() if number else None
    if series is None:
        return None
    page = max(1, whole_number(request.GET.get("page", "")) or 1)
    rows = Instance.objects.filter(series=series).order_by("instance_number", "pk").defer("frame_offsets")
    images = list(rows[(page - 1) * IMAGES_SHOWN : page * IMAGES_SHOWN + 1])
    more = page + 1 if len(images) > IMAGES_SHOWN else None
    return {"series": series, "images": images[:IMAGES_SHOWN], "page": page, "next": more}


class TargetsView(CorrectionPage):
    """The list under the field that asks where images belong."""

    act = Act.ARCHIVE_RECONCILE

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        text = request.GET.get("q", "").strip()[:80]
        study = study_for(request.user, self.kwargs["uid"])
        if text:
            audit_look(user=self.user, act="correction.find", door="page", key=text, text=text)
        else:
            audit_study_look(user=self.user, study=study, door="page")
        found = choices_found(request.user, text, study)
        shown = [one for one in found if one.exam is not None] if request.GET.get("only") == "exams" else found
        return render(request, "imaging/archive/_targets.html", {"found": shown})


class CorrectionUndoView(ActRequiredMixin, View):
    act = Act.IMAGES_REJECT
    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        user = cast(User, request.user)
        correction = correction_undo(user=user, correction=correction_for(user, pk))
        notices.success(request, _("Taken back: everything is as it was before."))
        studies = [study.study_instance_uid for study in (correction.source, correction.target) if study is not None]
        back = request.POST.get("study", "")
        return gone_on(request, reverse("corrections", args=[back if back in studies else studies[0]]))


class RejectedPictureView(ActRequiredMixin, View):
    """The small picture of an image that was rejected for quality: the one place where it is still seen."""

    act = Act.IMAGES_REJECT

    def get(self, request: HttpRequest, pk: int, image: int) -> HttpResponse:
        user = cast(User, request.user)
        correction = correction_for(user, pk)
        found = next((one for one in rejected_pictures(correction) if one.pk == image), None)
        if found is None or not _sees_source(user, correction.source):
            raise NotFound(_("There is no such picture."))
        audit_study_look(user=user, study=correction.source, door="page")
        return HttpResponse(thumbnail(found, middle_frame(found)), content_type="image/jpeg", headers={"Cache-Control": "no-store"})


def _sees_source(user: User, study: Study) -> bool:
    return study_for(user, study.study_instance_uid) == study
