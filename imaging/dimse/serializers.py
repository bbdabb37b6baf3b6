"""Nodes in REST."""

from rest_framework import serializers

from imaging.dimse.forms import RIGHT_FIELDS
from imaging.dimse.models import RemoteNode


class NodeSerializer(serializers.ModelSerializer[RemoteNode]):
    class Meta:
        model = RemoteNode
        fields = ("id", "ae_title", "host", "port", "description", *RIGHT_FIELDS, "last_seen_at")
        read_only_fields = ("last_seen_at",)
