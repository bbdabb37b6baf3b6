"""Paper of the desk: the patient's slip (80 mm) and the label (50 x 30 mm)."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views import View

from imaging.access.audit import audit_record
from imaging.access.mixins import ActRequiredMixin, person
from imaging.access.roles import Act
from imaging.common.barcodes import code128, qr
from imaging.common.formats import is_chinese
from imaging.common.pdf import pdf_render
from imaging.orders.models import Exam
from imaging.orders.selectors import exam_for
from imaging.patients.cards import patient_as_seen_by
from imaging.scheduling.selectors import step_current


class PaperView(ActRequiredMixin, View):
    """Base: one exam on one sheet, as its printer may see the patient; each print leaves a row in the audit trail."""

    act = Act.STEP_BOOK
    sheet = ""

    def get(self, request: HttpRequest, accession: str) -> HttpResponse:
        exam = exam_for(person(request), accession)
        audit_record(
            act=f"print.{self.sheet}", door="page", user=person(request), patient_number=exam.patient.number, accession_number=accession
        )
        answer = HttpResponse(
            pdf_render(template=f"imaging/scheduling/{self.sheet}.html", context=self.context(request, exam)),
            content_type="application/pdf",
        )
        answer["Content-Disposition"] = f'inline; filename="{self.sheet}-{exam.pk}.pdf"'
        answer["Cache-Control"] = "no-store"
        return answer

    def context(self, request: HttpRequest, exam: Exam) -> dict[str, Any]:
        seen = patient_as_seen_by(user=person(request), patient=exam.patient, exam=exam)
        return {"exam": exam, "seen": seen, "step": step_current(exam), "barcode": code128(exam.accession_number)}


class SlipView(PaperView):
    """Queue number, where, when, how to prepare."""

    sheet = "slip"

    def context(self, request: HttpRequest, exam: Exam) -> dict[str, Any]:
        hospital = settings.HOSPITAL_NAME_ZH if is_chinese() else settings.HOSPITAL_NAME
        return {**super().context(request, exam), "qr": qr(exam.accession_number), "hospital": hospital}


class LabelView(PaperView):
    """Name, sex, birth date, accession number as Code 128, exam."""

    sheet = "label"
