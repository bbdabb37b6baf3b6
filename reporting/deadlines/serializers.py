"""Deadline rules by REST."""

from rest_framework import serializers

from reporting.deadlines.models import DeadlineRule
from reporting.deadlines.services import RULE_FIELDS


class DeadlineSerializer(serializers.ModelSerializer):
    """A rule; an empty `patient_class`, `priority` or `modalities` (separated by spaces) fits every exam."""

    class Meta:
        model = DeadlineRule
        fields = ("id", *RULE_FIELDS, "changed_at")
        read_only_fields = ("id", "changed_at")
        validators = ()  # that there is one rule for the same exams is for the service to say
        extra_kwargs = {name: {"required": False, "allow_blank": True} for name in ("patient_class", "priority", "modalities")}  # noqa: RUF012
