"""What the REST operations on reports take and give."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from reporting.reports.models import Report, ReportVersion


class OpenSerializer(serializers.Serializer):
    language = serializers.CharField(max_length=10, required=False, allow_blank=True, default="")


class DraftSerializer(serializers.Serializer):
    revision = serializers.IntegerField(min_value=0)
    sections = serializers.DictField(child=serializers.CharField(allow_blank=True, trim_whitespace=False), help_text="Text by section key.")


class RevisionSerializer(serializers.Serializer):
    revision = serializers.IntegerField(min_value=0, required=False, allow_null=True, default=None)


class ReasonSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=500)


class TakeOverSerializer(serializers.Serializer):
    reason = serializers.CharField(
        max_length=200, required=False, allow_blank=True, default="", help_text="Not asked of an abandoned draft."
    )


class SignSerializer(RevisionSerializer):
    password = serializers.CharField(max_length=128, trim_whitespace=False, style={"input_type": "password"})


class AddendumSerializer(SignSerializer):
    text = serializers.CharField(required=False, allow_blank=True, default="", trim_whitespace=False)


class CorrectionSerializer(serializers.Serializer):
    sections = serializers.DictField(child=serializers.CharField(allow_blank=True, trim_whitespace=False), help_text="Text by section key.")
    reason = serializers.CharField(max_length=500)
    password = serializers.CharField(max_length=128, trim_whitespace=False, style={"input_type": "password"})


class TemplateSerializer(serializers.Serializer):
    template = serializers.CharField(max_length=32, help_text="Code of the template.")


class VersionSerializer(serializers.ModelSerializer):
    """One version, complete in itself."""

    check_code = serializers.CharField(read_only=True)
    hash = serializers.CharField(source="row_hash", read_only=True)
    author = serializers.CharField(source="author_name", read_only=True)
    signer = serializers.CharField(source="signer_name", read_only=True)

    class Meta:
        model = ReportVersion
        fields = (
            "number", "kind", "language", "sections", "key_images", "about", "reason", "author", "signer", "signed_at", "created_at",
            "previous_hash", "hash", "check_code",
        )  # fmt: skip


class ReportRowSerializer(serializers.ModelSerializer):
    """A report in a list."""

    accession_number = serializers.CharField(source="exam.accession_number", read_only=True)
    exam_state = serializers.CharField(source="exam.state", read_only=True)
    patient_number = serializers.CharField(source="exam.patient.number", read_only=True)
    procedure = serializers.CharField(source="exam.procedure.code", read_only=True)
    author = serializers.CharField(source="author.label", read_only=True)
    locked_by = serializers.SerializerMethodField()

    class Meta:
        model = Report
        fields: tuple[str, ...] = (
            "accession_number",
            "state",
            "exam_state",
            "patient_number",
            "procedure",
            "language",
            "author",
            "locked_by",
            "changed_at",
        )

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_locked_by(self, report: Report) -> str | None:
        return report.locked_by.label if report.locked_by else None


class ReportSerializer(ReportRowSerializer):
    """A report with its newest version and, for who writes reports, the draft."""

    template = serializers.SerializerMethodField()
    draft = serializers.SerializerMethodField()
    version = serializers.SerializerMethodField()

    class Meta(ReportRowSerializer.Meta):
        fields = (*ReportRowSerializer.Meta.fields, "template", "sent_back_reason", "draft", "version")

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_template(self, report: Report) -> str | None:
        return report.template.code if report.template else None

    @extend_schema_field(serializers.DictField(allow_null=True))
    def get_draft(self, report: Report) -> dict[str, Any] | None:
        if not self.context.get("may_write") or not report.draft_sections:
            return None
        return {"revision": report.draft_revision, "saved_at": report.draft_saved_at, "sections": report.draft_sections}

    @extend_schema_field(VersionSerializer(allow_null=True))
    def get_version(self, report: Report) -> dict[str, Any] | None:
        newest = report.versions.order_by("number").last()
        return VersionSerializer(newest).data if newest else None
