"""The human integrity queue in REST."""

from functools import cached_property
from typing import Any

from rest_framework import serializers

from imaging.archive.cases import ShownCase, candidates, cases_shown, sides
from imaging.archive.models import Decision, IntegrityCase
from imaging.archive.services import cases_alike


class CaseSerializer(serializers.ModelSerializer[IntegrityCase]):
    """What the queue shows. Whose images they are stays empty where this person may not know it."""

    is_masked = serializers.SerializerMethodField()
    patient_name = serializers.SerializerMethodField()
    patient_id = serializers.SerializerMethodField()
    study_instance_uid = serializers.SerializerMethodField()
    decisions = serializers.SerializerMethodField()

    class Meta:
        model = IntegrityCase
        fields: Any = (
            "id", "kind", "source_ae_title", "created_at", "resolved_at", "decision", "reason", "decisions", "is_masked", "patient_name",
            "patient_id", "study_instance_uid",
        )  # fmt: skip
        read_only_fields = fields

    @cached_property
    def _known(self) -> dict[int, ShownCase]:
        return {}

    def shown(self, case: IntegrityCase) -> ShownCase:
        if case.pk not in self._known:
            (self._known[case.pk],) = cases_shown(self.context["request"].user, [case])
        return self._known[case.pk]

    def get_is_masked(self, case: IntegrityCase) -> bool:
        return self.shown(case).is_masked

    def get_patient_name(self, case: IntegrityCase) -> str:
        return case.study.patient_name if case.study and not self.shown(case).is_masked else ""

    def get_patient_id(self, case: IntegrityCase) -> str:
        return case.study.patient_id if case.study and not self.shown(case).is_masked else ""

    def get_study_instance_uid(self, case: IntegrityCase) -> str:
        return case.study.study_instance_uid if case.study and not self.shown(case).is_masked else ""

    def get_decisions(self, case: IntegrityCase) -> list[str]:
        return [] if case.resolved_at else [decision.value for decision in self.shown(case).decisions]


class CaseDetailSerializer(CaseSerializer):
    """With both sides and the exams that fit."""

    sides = serializers.SerializerMethodField()
    candidates = serializers.SerializerMethodField()
    alike = serializers.SerializerMethodField(help_text="How many other open cases ask the same.")

    class Meta(CaseSerializer.Meta):
        fields = (*CaseSerializer.Meta.fields, "sides", "candidates", "alike")
        read_only_fields = fields

    def get_sides(self, case: IntegrityCase) -> list[dict[str, Any]]:
        if self.shown(case).is_masked:
            return []
        return [{"label": side.label, "first": side.first, "second": side.second, "differs": side.differs} for side in sides(case)]

    def get_alike(self, case: IntegrityCase) -> int:
        return 0 if case.resolved_at else cases_alike(case).count()

    def get_candidates(self, case: IntegrityCase) -> list[dict[str, Any]]:
        found = candidates(self.context["request"].user, case)
        return [{"accession_number": one.exam.accession_number, "state": one.exam.state, "differs": one.differs} for one in found]


class DecisionSerializer(serializers.Serializer[IntegrityCase]):
    """A decision; `accession_number` names the exam for `link`; `alike` decides the other cases that ask the same, too."""

    decision = serializers.ChoiceField(choices=Decision.choices)
    accession_number = serializers.CharField(max_length=16, required=False, default="", allow_blank=True)
    reason = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    alike = serializers.BooleanField(required=False, default=False)
