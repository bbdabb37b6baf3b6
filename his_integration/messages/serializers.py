"""Messages in REST."""

from functools import cached_property
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from his_integration.messages.models import Message
from his_integration.messages.selectors import Reader, ShownMessage, text_shown


class MessageSerializer(serializers.ModelSerializer[Message]):
    """What the list shows. About a protected patient everything that tells who it is stays empty."""

    is_masked = serializers.SerializerMethodField()
    patient_number = serializers.SerializerMethodField()
    error_text = serializers.SerializerMethodField()
    note = serializers.SerializerMethodField()

    class Meta:
        model = Message
        fields = (
            "id", "direction", "sender", "receiver", "control_id", "message_type", "version", "codec", "state", "ack_code",
            "error_code", "error_place", "error_text", "note", "patient_number", "accession_number", "attempts", "times_received",
            "next_attempt_at", "created_at", "sent_at", "done_at", "is_masked",
        )  # fmt: skip
        read_only_fields = fields

    def shown(self, row: Message) -> ShownMessage:
        return self.reader.show(row)

    @cached_property
    def reader(self) -> Reader:
        return Reader(self.context["request"].user)

    def get_is_masked(self, row: Message) -> bool:
        return self.shown(row).is_masked

    def get_patient_number(self, row: Message) -> str:
        return self.shown(row).patient_number

    def get_error_text(self, row: Message) -> str:
        return self.shown(row).error_text

    def get_note(self, row: Message) -> str:
        return self.shown(row).note


class MessageDetailSerializer(MessageSerializer):
    """With the text of the message and of its answer, as received."""

    text = serializers.SerializerMethodField()
    answer = serializers.SerializerMethodField()

    class Meta(MessageSerializer.Meta):
        fields: Any = (*MessageSerializer.Meta.fields, "text", "answer")
        read_only_fields = fields

    @extend_schema_field(str)
    def get_text(self, row: Message) -> str:
        return "" if self.shown(row).is_masked else text_shown(bytes(row.raw), row.codec)

    @extend_schema_field(str)
    def get_answer(self, row: Message) -> str:
        return "" if self.shown(row).is_masked else text_shown(bytes(row.ack_raw), row.codec)
