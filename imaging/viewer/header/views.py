"""The header of an image, beside the images."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View

from imaging.access.mixins import ActRequiredMixin, person
from imaging.access.roles import Act
from imaging.archive.corrections.overlay import metadata_out
from imaging.archive.looks import audit_study_look
from imaging.common.typed import whole_number
from imaging.viewer.header.reading import rows_of
from imaging.viewer.selectors import instance_get, study_get


class HeaderView(ActRequiredMixin, View):
    """What an object says of itself, as it goes out today: a dialog."""

    act = Act.IMAGES_VIEW

    def get(self, request: HttpRequest, study: str, instance: str) -> HttpResponse:
        found = study_get(user=request.user, study_instance_uid=study)
        shown = instance_get(user=request.user, study=found, sop_instance_uid=instance)
        audit_study_look(user=person(request), study=found, door="page", address=request.META.get("REMOTE_ADDR", ""))
        rows, is_cut = rows_of(metadata_out(shown), frame=whole_number(request.GET.get("frame")) or 1)
        return render(request, "imaging/viewer/header.html", {"instance": shown, "rows": rows, "is_cut": is_cut})
