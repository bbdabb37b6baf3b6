"""Objects that are read: a structured report or an ECG as a page without any active content, shown in a frame of the reading page."""

from typing import Any

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views import View
from pydicom.dataset import Dataset

from imaging.access.mixins import ActRequiredMixin, person
from imaging.access.roles import Act
from imaging.archive.looks import audit_study_look
from imaging.common.errors import LightboxError
from imaging.viewer.objects.document_tree import tree_of, verified_by
from imaging.viewer.objects.ecg import annotations_of, paper_of
from imaging.viewer.objects.head import head_of, text
from imaging.viewer.objects.head import person as name_of
from imaging.viewer.objects.kinds import DOCUMENTS, KINDS, WAVEFORM
from imaging.viewer.objects.reading import as_sent, dataset_of
from imaging.viewer.objects.selectors import object_get
from imaging.viewer.selectors import study_get


@method_decorator(csp_replace({"script-src": ["'none'"], "connect-src": ["'none'"], "form-action": ["'none'"]}), name="dispatch")
class DocumentView(ActRequiredMixin, View):
    """One document of a study. What its sender wrote is text, and stays text."""

    act = Act.IMAGES_VIEW

    def get(self, request: HttpRequest, study: str, instance: str) -> HttpResponse:
        found = study_get(user=request.user, study_instance_uid=study)
        audit_study_look(user=person(request), study=found, door="page", address=request.META.get("REMOTE_ADDR", ""))
        document = object_get(user=request.user, study=found, sop_instance_uid=instance, kinds=DOCUMENTS)
        in_rows = "rows" in request.GET
        try:
            with as_sent(document):
                context = _context(dataset_of(document), KINDS[document.sop_class_uid] == WAVEFORM, in_rows)
        except LightboxError as error:
            context = {"problem": str(error)}
        return render(request, "imaging/viewer/document.html", {**context, "in_rows": in_rows})


def _context(ds: Dataset, is_curve: bool, in_rows: bool) -> dict[str, Any]:
    head = {**head_of(ds), "patient": name_of(text(ds, "PatientName")), "patient_id": text(ds, "PatientID")}
    if is_curve:
        said, is_cut = annotations_of(ds)
        return {"head": head, "paper": paper_of(ds, in_rows=in_rows), "said": said, "is_cut": is_cut}
    nodes, is_cut = tree_of(ds)
    flags = {"verified_by": verified_by(ds), "is_partial": text(ds, "CompletionFlag") == "PARTIAL"}
    return {"head": head, "nodes": nodes, "is_cut": is_cut, **flags}
