"""What the REST operations on measurements on cut planes take and give."""

from typing import Any

from rest_framework import serializers

from imaging.viewer.planes.models import PlaneMark
from imaging.viewer.serializers import REMOVED, JsonField, MarkOutput


class PlaneMarkInput(serializers.Serializer[Any]):
    instance = serializers.CharField(max_length=64, help_text="SOP Instance UID of the slice nearest to the mark.")
    frame = serializers.IntegerField(min_value=1, default=1)
    frame_of_reference = serializers.CharField(max_length=64, allow_blank=True, default="")
    tool = serializers.CharField(max_length=32)
    places = JsonField(help_text="[[x, y, z], ...] in millimetres.")
    values = JsonField(default=dict)
    readings = JsonField(default=list)  # type: ignore[arg-type]
    view = JsonField(default=dict)
    removed = serializers.BooleanField(default=False, help_text=REMOVED)


class PlaneMarkOutput(MarkOutput):
    frame_of_reference = serializers.CharField(source="frame_of_reference_uid")

    class Meta:
        model = PlaneMark
        fields = (
            "uid", "study", "series", "instance", "frame", "frame_of_reference", "tool", "places", "values", "readings", "view", "revision",
            "author", "mine", "after_report",
        )  # fmt: skip
