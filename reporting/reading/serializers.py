"""The reading list by REST."""

from rest_framework import serializers

from imaging.archive.completeness_words import images_say
from reporting.reading.models import LateImages, ReadingFilter
from reporting.reading.rows import ReadingRow


class ReadingRowSerializer(serializers.Serializer):
    """An exam of the reading list."""

    accession_number = serializers.CharField(source="exam.accession_number")
    study_instance_uid = serializers.CharField(source="exam.study_instance_uid")
    state = serializers.CharField(source="exam.state")
    priority = serializers.CharField(source="exam.priority")
    modality = serializers.CharField(source="exam.modality")
    procedure = serializers.CharField(source="exam.procedure.code")
    is_hidden = serializers.BooleanField(source="card.hidden")
    patient_number = serializers.CharField(source="card.number")
    patient_name = serializers.CharField(source="card.name")
    completed_at = serializers.DateTimeField(source="exam.completed_at")
    due_at = serializers.DateTimeField()
    images_held = serializers.IntegerField(source="images.held")
    images_announced = serializers.IntegerField(source="images.announced")
    images_state = serializers.CharField(source="images.state")
    images_say = serializers.SerializerMethodField(help_text="How complete the images are, in sentences.")
    is_overdue = serializers.BooleanField(source="is_late")
    reader = serializers.CharField(source="exam.reader.label", default="")
    held_since = serializers.DateTimeField(source="report.locked_at", default=None)
    mine = serializers.BooleanField()

    def get_images_say(self, row: ReadingRow) -> list[str]:
        return [] if row.card.hidden else images_say(row.images)


class FilterSerializer(serializers.ModelSerializer):
    """A reading list under a name. `address` is the query of /reading/; `audience`: empty, resident, radiologist or everybody."""

    owner = serializers.CharField(source="owner.label", read_only=True)

    class Meta:
        model = ReadingFilter
        fields = ("id", "name", "address", "audience", "owner", "changed_at")
        read_only_fields = ("id", "owner", "changed_at")
        validators = ()  # a name that is taken is for the service to say


class FirstListSerializer(serializers.Serializer):
    list = serializers.IntegerField(allow_null=True, help_text="Key of a filter; null: everything that is open.")


class LateImagesSerializer(serializers.ModelSerializer):
    """Images that came after signing."""

    accession_number = serializers.CharField(source="exam.accession_number", read_only=True)
    signer = serializers.CharField(source="signer.label", default="", read_only=True)

    class Meta:
        model = LateImages
        fields = ("id", "accession_number", "signer", "images", "first_at", "last_at", "outcome", "note", "settled_at")


class SettleSerializer(serializers.Serializer):
    seen_last_at = serializers.DateTimeField(required=False, allow_null=True, default=None, help_text="`last_at` as the caller saw it.")
    note = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
