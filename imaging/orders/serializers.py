"""Orders and exams on the REST doors."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from imaging.orders.models import Exam, ExamEvent, Order, Procedure
from imaging.orders.timeline import sentence
from imaging.patients.cards import Eyes
from imaging.patients.serializers import SeenPatientSerializer


class ProcedureSerializer(serializers.ModelSerializer):
    department = serializers.CharField(source="department.code")

    class Meta:
        model = Procedure
        fields = (
            "code", "name", "name_zh", "department", "modality", "body_part", "minutes", "price", "preparation", "preparation_zh",
            "uses_contrast",
        )  # fmt: skip


class ExamSerializer(serializers.ModelSerializer):
    """Give `eyes` (patients.cards.Eyes of the caller) as context: the patient is shown as that person may see them."""

    patient = serializers.SerializerMethodField()
    procedure = ProcedureSerializer()
    performer = serializers.CharField(source="performer.username", default="")
    reader = serializers.CharField(source="reader.username", default="")

    class Meta:
        model = Exam
        fields = (
            "accession_number", "study_instance_uid", "requested_procedure_id", "patient", "procedure", "modality", "state", "priority",
            "queue_number", "performer", "reader", "reason_ended", "ordered_at", "scheduled_at", "arrived_at", "started_at",
            "completed_at", "reading_at", "preliminary_at", "final_at", "ended_at",
        )  # fmt: skip

    @extend_schema_field(SeenPatientSerializer)
    def get_patient(self, exam: Exam) -> dict[str, Any]:
        eyes: Eyes = self.context["eyes"]
        return dict(SeenPatientSerializer(eyes.see(exam.patient, exam)).data)


class OrderSerializer(serializers.ModelSerializer):
    exams = serializers.SerializerMethodField()

    class Meta:
        model = Order
        fields = (
            "id", "filler_number", "placer_number", "placer_issuer", "priority", "patient_class", "reason", "referrer_name", "ordered_at",
            "requested_at", "exams",
        )  # fmt: skip

    @extend_schema_field(ExamSerializer(many=True))
    def get_exams(self, order: Order) -> list[dict[str, Any]]:
        rows = order.exams.select_related("patient", "procedure__department", "performer", "reader").order_by("pk")
        return list(ExamSerializer(rows, many=True, context=self.context).data)


class EventSerializer(serializers.ModelSerializer):
    sentence = serializers.SerializerMethodField()

    class Meta:
        model = ExamEvent
        fields = ("at", "kind", "category", "actor", "sentence", "params")

    def get_sentence(self, event: ExamEvent) -> str:
        return sentence(event)
