"""Nodes in REST."""

from rest_framework import serializers

from imaging.dimse.forms import LIMIT_FIELDS, RIGHT_FIELDS
from imaging.dimse.models import RemoteNode

TOLD_FIELDS = ("last_seen_at", "last_echo_at", "last_echo_ms", "last_echo_error")


class NodeSerializer(serializers.ModelSerializer[RemoteNode]):
    last_echo_error = serializers.CharField(source="last_echo_why", read_only=True)

    class Meta:
        model = RemoteNode
        fields = ("id", "ae_title", "host", "port", "description", *LIMIT_FIELDS, *RIGHT_FIELDS, *TOLD_FIELDS)
        read_only_fields = TOLD_FIELDS
