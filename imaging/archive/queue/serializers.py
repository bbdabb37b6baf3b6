"""The human integrity queue in REST."""

from functools import cached_property
from typing import Any

from rest_framework import serializers

from imaging.archive.models import Decision, IntegrityCase
from imaging.archive.queue.asking import cases_alike
from imaging.archive.queue.batch import MOST
from imaging.archive.queue.claims import holder_of
from imaging.archive.queue.proposals import proposals
from imaging.archive.queue.reconcile import MATCH_KINDS
from imaging.archive.queue.selectors import ShownCase, cases_shown, sides


class CaseSerializer(serializers.ModelSerializer[IntegrityCase]):
    """What the queue shows. Whose images they are stays empty where this person may not know it."""

    is_masked = serializers.SerializerMethodField()
    patient_name = serializers.SerializerMethodField()
    patient_id = serializers.SerializerMethodField()
    study_instance_uid = serializers.SerializerMethodField()
    decisions = serializers.SerializerMethodField()
    claimed_by = serializers.SerializerMethodField(help_text="Who is at it now.")

    class Meta:
        model = IntegrityCase
        fields: Any = (
            "id", "kind", "source_ae_title", "created_at", "claimed_by", "resolved_at", "decision", "reason", "decisions",
            "is_masked", "patient_name", "patient_id", "study_instance_uid",
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

    def get_claimed_by(self, case: IntegrityCase) -> str:
        holder = holder_of(case)
        return holder.label if holder else ""

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
        if case.kind not in MATCH_KINDS:
            return []
        found = proposals(self.context["request"].user, case, is_masked=self.shown(case).is_masked)
        return [
            {
                "accession_number": one.exam.accession_number,
                "state": one.exam.state,
                "score": one.score,
                "is_likely": one.is_likely,
                "speaks_for": [str(word) for word in one.pros],
                "speaks_against": [str(word) for word in one.cons],
            }
            for one in found
        ]


class DecisionSerializer(serializers.Serializer[IntegrityCase]):
    """A decision; `accession_number` names the exam for `link`; `alike` decides the other cases that ask the same, too."""

    decision = serializers.ChoiceField(choices=Decision.choices)
    accession_number = serializers.CharField(max_length=16, required=False, default="", allow_blank=True)
    reason = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    alike = serializers.BooleanField(required=False, default=False)


class BatchSerializer(serializers.Serializer[IntegrityCase]):
    """The same decision about several cases; `link` and `correct` take the exam that is likely for each."""

    cases = serializers.ListField(child=serializers.IntegerField(min_value=1), min_length=1, max_length=MOST)
    decision = serializers.ChoiceField(choices=Decision.choices)
    reason = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)


class RefusedSerializer(serializers.Serializer[IntegrityCase]):
    case = serializers.IntegerField()
    reason = serializers.CharField()


class DecidedSerializer(serializers.Serializer[IntegrityCase]):
    done = serializers.IntegerField()
    refused = RefusedSerializer(many=True)


class ClaimSerializer(serializers.Serializer[IntegrityCase]):
    take_over = serializers.BooleanField(required=False, default=False)
