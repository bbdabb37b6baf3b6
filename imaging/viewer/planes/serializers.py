"""What the REST operations on measurements on cut planes take and give."""

from typing import Any

from rest_framework import serializers

from imaging.viewer.afterreport import is_after_report
from imaging.viewer.planes.models import PlaneMark
from imaging.viewer.serializers import REMOVED, JsonField


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


class PlaneMarkOutput(serializers.ModelSerializer[PlaneMark]):
    study = serializers.CharField(source="study.study_instance_uid")
    series = serializers.CharField(source="instance.series.series_instance_uid")
    instance = serializers.CharField(source="instance.sop_instance_uid")  # type: ignore[assignment]
    frame_of_reference = serializers.CharField(source="frame_of_reference_uid")
    author = serializers.CharField(source="author.label")
    mine = serializers.SerializerMethodField()
    after_report = serializers.SerializerMethodField(help_text="Made or changed after the newest signed version of the report.")

    class Meta:
        model = PlaneMark
        fields = (
            "uid",
            "study",
            "series",
            "instance",
            "frame",
            "frame_of_reference",
            "tool",
            "places",
            "values",
            "readings",
            "view",
            "revision",
            "author",
            "mine",
            "after_report",
        )

    def get_mine(self, mark: PlaneMark) -> bool:
        return mark.author_id == self.context["user"].pk

    def get_after_report(self, mark: PlaneMark) -> bool:
        return is_after_report(mark, self.context["signed_at"])
