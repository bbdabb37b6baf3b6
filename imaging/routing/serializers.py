"""Transfers in REST."""

from functools import cached_property

from rest_framework import serializers

from imaging.archive.models import Study
from imaging.dimse.models import RemoteNode
from imaging.routing.models import RoutingRule, TransferItem, TransferJob, TransferKind
from imaging.routing.rule_services import RULE_FIELDS
from imaging.routing.selectors import AwayNode, ShownTransfer, items_in_trouble, transfers_shown


class TransferItemSerializer(serializers.ModelSerializer[TransferItem]):
    sop_instance_uid = serializers.CharField(source="instance.sop_instance_uid", read_only=True)

    error = serializers.CharField(source="why", read_only=True)

    class Meta:
        model = TransferItem
        fields = ("sop_instance_uid", "state", "error")


class TransferSerializer(serializers.ModelSerializer[TransferJob]):
    """How far a transfer is. The study of a protected patient is named only to who may see it."""

    node = serializers.CharField(source="node.ae_title", read_only=True, default=None)
    error = serializers.CharField(source="why", read_only=True)
    asked_by = serializers.SerializerMethodField()
    study_instance_uid = serializers.SerializerMethodField()
    failures = serializers.SerializerMethodField()

    class Meta:
        model = TransferJob
        fields = (
            "id", "kind", "state", "node", "study_instance_uid", "priority", "total", "done", "failed", "bytes_total",
            "bytes_done", "bytes_a_second", "attempts", "next_attempt_at",
            "error", "asked_by", "rule", "created_at", "started_at", "finished_at", "failures",
        )  # fmt: skip
        read_only_fields = fields

    @cached_property
    def _known(self) -> dict[int, ShownTransfer]:
        return {}

    def shown(self, job: TransferJob) -> ShownTransfer:
        if job.pk not in self._known:
            (self._known[job.pk],) = transfers_shown(self.context["request"].user, [job])
        return self._known[job.pk]

    def get_asked_by(self, job: TransferJob) -> str:
        """A person, a system, or a rule."""
        return self.shown(job).asked_by

    def get_study_instance_uid(self, job: TransferJob) -> str | None:
        return None if job.study is None or self.shown(job).is_masked else job.study.study_instance_uid

    def get_failures(self, job: TransferJob) -> list[dict[str, str]]:
        return list(TransferItemSerializer(items_in_trouble(job), many=True).data) if job.failed and not self.shown(job).is_masked else []


class AwayNodeSerializer(serializers.Serializer[AwayNode]):
    """A node that does not answer: since when and why, when it is tried again, and how many transfers wait for it (1000 at most)."""

    id = serializers.IntegerField(source="line.node_id")
    node = serializers.CharField(source="line.node.ae_title")
    away_since = serializers.DateTimeField(source="line.away_since")
    tries = serializers.IntegerField(source="line.tries")
    next_try_at = serializers.DateTimeField(allow_null=True)
    error = serializers.CharField(source="line.why")
    waiting = serializers.IntegerField()


class SendSerializer(serializers.Serializer[TransferJob]):
    """What to send, and where."""

    study_instance_uid: "serializers.SlugRelatedField[Study]" = serializers.SlugRelatedField(
        slug_field="study_instance_uid", queryset=Study.objects.none()
    )
    node: "serializers.SlugRelatedField[RemoteNode]" = serializers.SlugRelatedField(
        slug_field="ae_title", queryset=RemoteNode.objects.all()
    )
    priority = serializers.IntegerField(min_value=1, max_value=9, default=5)


class PrioritySerializer(serializers.Serializer[TransferJob]):
    """Below zero is earlier, above zero later."""

    step = serializers.IntegerField(min_value=-8, max_value=8)


class RetrySerializer(serializers.Serializer[TransferJob]):
    """Which of the failed transfers; empty for all."""

    node = serializers.CharField(max_length=16, required=False, default="", allow_blank=True)
    kind = serializers.ChoiceField(choices=TransferKind.choices, required=False, default="", allow_blank=True)


class StopSerializer(serializers.Serializer[RoutingRule]):
    """Whether the transfers of a deleted rule that have not ended stop too."""

    stop_transfers = serializers.BooleanField(default=False)


class RuleSerializer(serializers.ModelSerializer[RoutingRule]):
    """A rule; `conditions` are pairs of a keyword and a value, `nodes` AE titles."""

    nodes: "serializers.SlugRelatedField[RemoteNode]" = serializers.SlugRelatedField(
        slug_field="ae_title", queryset=RemoteNode.objects.filter(is_destination=True), many=True
    )

    class Meta:
        model = RoutingRule
        fields = ("id", *RULE_FIELDS, "nodes", "ran_at", "deleted_at")
        read_only_fields = ("ran_at", "deleted_at")
