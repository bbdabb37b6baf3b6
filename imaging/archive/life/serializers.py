"""Storage as REST gives and takes it; the same rows, forms and services as the pages."""

from typing import Any

from rest_framework import serializers

from imaging.archive.life.models import DeletionProposal, FindingKind, StorageRule
from imaging.archive.life.rules import rule_says
from imaging.archive.life.selectors import Row, ShownHold, ShownTier
from imaging.archive.life.services import RULE_FIELDS


class TierOutput(serializers.Serializer[ShownTier]):
    name = serializers.CharField()
    is_reached = serializers.BooleanField()
    used_bytes = serializers.IntegerField(source="used")
    total_bytes = serializers.IntegerField(source="room.total")
    percent = serializers.IntegerField()
    full_on = serializers.DateField()
    bytes_a_day = serializers.IntegerField()


class RuleOutput(serializers.ModelSerializer[StorageRule]):
    author = serializers.CharField(source="author.label")
    says = serializers.SerializerMethodField()

    class Meta:
        model = StorageRule
        fields = ("id", *RULE_FIELDS, "author", "changed_at", "says")

    def get_says(self, rule: StorageRule) -> str:
        return rule_says(rule)


class HoldOutput(serializers.Serializer[ShownHold]):
    """`on` in words, as far as the caller may know whose images they are."""

    id = serializers.IntegerField(source="hold.pk")
    on = serializers.CharField()
    reason = serializers.CharField(source="hold.reason")
    placed_by = serializers.CharField(source="hold.placed_by.label")
    placed_at = serializers.DateTimeField(source="hold.placed_at")


class OfStudy(serializers.Serializer[Row]):
    """A row about a study, named as far as the caller may know it."""

    patient = serializers.SerializerMethodField()
    accession_number = serializers.SerializerMethodField()

    def get_patient(self, shown: Row) -> str:
        return f"{shown.shown.label} {shown.shown.number}".strip() if shown.shown else ""

    def get_accession_number(self, shown: Row) -> str:
        return shown.shown.accession_number if shown.shown else ""


class TaskOutput(OfStudy):
    id = serializers.IntegerField(source="row.pk")
    kind = serializers.CharField(source="row.kind")
    state = serializers.CharField(source="row.state")
    tier_to = serializers.CharField(source="row.tier_to")
    done = serializers.IntegerField(source="row.done")
    total = serializers.IntegerField(source="row.total")
    error = serializers.CharField(source="row.error")


class FindingOutput(OfStudy):
    id = serializers.IntegerField(source="row.pk")
    kind = serializers.CharField(source="row.kind")
    tier = serializers.CharField(source="row.tier")
    path = serializers.CharField(source="row.path")
    size_bytes = serializers.IntegerField(source="row.size_bytes", allow_null=True)
    source_ae_title = serializers.CharField(source="row.instance.source_ae_title", default="")
    found_at = serializers.DateTimeField(source="row.found_at")
    resolved_at = serializers.DateTimeField(source="row.resolved_at", allow_null=True)
    resolved_by = serializers.CharField(source="row.resolved_by.label", default=None, allow_null=True)
    outcome = serializers.CharField(source="row.outcome")


class FindingFilter(serializers.Serializer[Any]):
    """Which findings are wanted."""

    kind = serializers.ChoiceField(choices=FindingKind.choices, required=False, default="")
    tier = serializers.CharField(max_length=16, required=False, default="")
    settled = serializers.BooleanField(required=False, default=False)
    page = serializers.IntegerField(min_value=1, max_value=1000, required=False, default=1)


class SeenToOutput(serializers.Serializer[Any]):
    """A finding after somebody did something about it, and what came of that."""

    says = serializers.CharField()
    finding = FindingOutput()


class ProposalOutput(serializers.ModelSerializer[DeletionProposal]):
    proposed_by = serializers.CharField(source="proposed_by.label")
    approved_by = serializers.CharField(source="approved_by.label", default=None)
    studies = serializers.IntegerField()
    waiting = serializers.IntegerField()
    deleted = serializers.IntegerField()
    size_bytes = serializers.IntegerField(source="size")

    class Meta:
        model = DeletionProposal
        fields = (
            "id", "state", "rule_name", "reason", "proposed_by", "proposed_at", "approved_by", "approved_at", "due_at", "finished_at",
            "studies", "waiting", "deleted", "size_bytes",
        )  # fmt: skip


class ItemOutput(OfStudy):
    id = serializers.IntegerField(source="row.pk")
    state = serializers.CharField(source="row.state")
    reason = serializers.CharField(source="row.reason")
    images = serializers.IntegerField(source="row.study.instance_count")
    size_bytes = serializers.IntegerField(source="row.study.size_bytes")
    note = serializers.CharField(source="row.note")


class HoldInput(serializers.Serializer[Any]):
    """On what, by its number: an exam's accession number, a patient's number, a Study Instance UID."""

    what = serializers.ChoiceField(choices=("exam", "patient", "study"))
    number = serializers.CharField(max_length=64)
    reason = serializers.CharField(max_length=200)


class ReasonInput(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")


class ApprovalInput(serializers.Serializer[Any]):
    """How many studies of the list the caller has seen."""

    seen = serializers.IntegerField(min_value=1)
