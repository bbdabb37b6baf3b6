"""What the viewer's REST operations take and give."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from imaging.viewer.afterreport import is_after_report
from imaging.viewer.models import Annotation, KeyImage
from imaging.viewer.services import LARGEST_JSON


class KeyImageInput(serializers.Serializer[Any]):
    instance = serializers.CharField(max_length=64)
    frame = serializers.IntegerField(min_value=1, default=1)
    window_centre = serializers.FloatField(allow_null=True, default=None)
    window_width = serializers.FloatField(allow_null=True, default=None, min_value=0)
    inverted = serializers.BooleanField(default=False)
    rotation = serializers.IntegerField(min_value=0, max_value=359, default=0)
    flipped = serializers.BooleanField(default=False)
    area = serializers.ListField(child=serializers.IntegerField(min_value=0), min_length=4, max_length=4, allow_null=True, default=None)
    caption = serializers.CharField(max_length=200, allow_blank=True, default="")


class KeyImageChange(serializers.Serializer[Any]):
    in_report = serializers.BooleanField(required=False)
    caption = serializers.CharField(max_length=200, allow_blank=True, required=False)


class KeyImageOutput(serializers.ModelSerializer[KeyImage]):
    picture = serializers.SerializerMethodField()
    instance = serializers.CharField(source="instance.sop_instance_uid")  # type: ignore[assignment]
    author = serializers.CharField(source="author.label")

    class Meta:
        model = KeyImage
        fields = ("id", "instance", "frame", "caption", "in_report", "picture", "author", "created_at")

    def get_picture(self, key_image: KeyImage) -> str:
        return reverse("key-image-picture", args=[key_image.pk])


class JsonField(serializers.JSONField):
    """JSON of a bounded size."""

    largest = LARGEST_JSON

    def to_internal_value(self, data: Any) -> Any:
        value = super().to_internal_value(data)
        if len(str(value)) > self.largest:
            raise serializers.ValidationError("Too large.")
        return value


REMOVED = "Taken away: kept so that what was sent before and comes in later does not bring it back."


class AnnotationInput(serializers.Serializer[Any]):
    instance = serializers.CharField(max_length=64)
    frame = serializers.IntegerField(min_value=1, default=1)
    tool = serializers.CharField(max_length=32)
    points = JsonField()
    values = JsonField(default=dict)
    data = JsonField(default=dict)  # type: ignore[assignment]
    view = JsonField(default=dict)
    removed = serializers.BooleanField(default=False, help_text=REMOVED)


class MarkOutput(serializers.ModelSerializer[Any]):
    """What is told of a mark on a picture and on a cut plane alike. Its context has the `user` who asks, and `signed_at`: when the newest
    signed version of the report was made."""

    study = serializers.CharField(source="study.study_instance_uid")
    series = serializers.CharField(source="instance.series.series_instance_uid")
    instance = serializers.CharField(source="instance.sop_instance_uid")
    author = serializers.CharField(source="author.label")
    mine = serializers.SerializerMethodField()
    after_report = serializers.SerializerMethodField(help_text="Made or changed after the newest signed version of the report.")

    def get_mine(self, mark: Any) -> bool:
        return mark.author_id == self.context["user"].pk

    def get_after_report(self, mark: Any) -> bool:
        return is_after_report(mark, self.context["signed_at"])


class AnnotationOutput(MarkOutput):
    class Meta:
        model = Annotation
        fields = (
            "uid", "study", "series", "instance", "frame", "tool", "points", "values", "data", "view", "revision", "author", "mine",
            "after_report",
        )  # fmt: skip
