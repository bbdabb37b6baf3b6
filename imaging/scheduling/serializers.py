"""Rooms, slots, bookings and what people do with them, on the REST doors."""

from rest_framework import serializers

from imaging.orders.models import Priority
from imaging.patients.models import PatientClass
from imaging.scheduling.models import Room, ScheduledStep, SlotHold, UsedItem


class RoomSerializer(serializers.ModelSerializer):
    department = serializers.CharField(source="department.code")

    class Meta:
        model = Room
        fields = ("code", "name", "name_zh", "place", "department")


class SlotSerializer(serializers.Serializer):
    room = serializers.CharField(source="room.code")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class HoldInSerializer(serializers.Serializer):
    room = serializers.CharField(max_length=16)
    starts_at = serializers.DateTimeField()
    minutes = serializers.IntegerField(min_value=1, max_value=720)


class HoldSerializer(serializers.ModelSerializer):
    room = serializers.CharField(source="room.code")

    class Meta:
        model = SlotHold
        fields = ("id", "room", "starts_at", "ends_at", "expires_at")


class StepSerializer(serializers.ModelSerializer):
    accession_number = serializers.CharField(source="exam.accession_number")
    room = serializers.CharField(source="room.code")

    class Meta:
        model = ScheduledStep
        fields = (
            "id", "accession_number", "scheduled_procedure_step_id", "room", "station_ae_title", "modality", "description", "protocol_code",
            "status", "starts_at", "ends_at", "is_overbooked",
        )  # fmt: skip


class BookInSerializer(serializers.Serializer):
    """Without room and time: the next free slot of a fitting room, at or after `earliest`."""

    room = serializers.CharField(max_length=16, required=False, allow_blank=True)
    starts_at = serializers.DateTimeField(required=False, allow_null=True)
    earliest = serializers.DateTimeField(required=False, allow_null=True)
    minutes = serializers.IntegerField(min_value=1, max_value=720, required=False, default=0)
    overbook = serializers.BooleanField(required=False, default=False, help_text="Only for STAT exams.")


class MoveInSerializer(serializers.Serializer):
    room = serializers.CharField(max_length=16, required=False, allow_blank=True)
    starts_at = serializers.DateTimeField(required=False, allow_null=True)
    reason = serializers.CharField(max_length=200)
    overbook = serializers.BooleanField(required=False, default=False, help_text="Only for STAT exams.")


class OrderItemInSerializer(serializers.Serializer):
    procedure = serializers.CharField(max_length=16, help_text="Code of the catalogue.")
    priority = serializers.ChoiceField(Priority.choices, required=False, allow_blank=True)
    accession_number = serializers.CharField(max_length=16, required=False, allow_blank=True, default="")
    study_instance_uid = serializers.CharField(max_length=64, required=False, allow_blank=True, default="")
    room = serializers.CharField(max_length=16, required=False, allow_blank=True, default="")
    starts_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class OrderInSerializer(serializers.Serializer):
    patient = serializers.IntegerField()
    items = OrderItemInSerializer(many=True, allow_empty=False)
    priority = serializers.ChoiceField(Priority.choices, required=False, default=Priority.ROUTINE)
    patient_class = serializers.ChoiceField(PatientClass.choices, required=False, default=PatientClass.OUTPATIENT)
    visit_number = serializers.CharField(max_length=64, required=False, allow_blank=True, default="")
    payer = serializers.CharField(max_length=64, required=False, allow_blank=True, default="")
    reason = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    referrer_name = serializers.CharField(max_length=128, required=False, allow_blank=True)
    referrer_code = serializers.CharField(max_length=32, required=False, allow_blank=True)
    referring_department = serializers.CharField(max_length=64, required=False, allow_blank=True)
    placer_number = serializers.CharField(max_length=64, required=False, allow_blank=True, default="")
    placer_issuer = serializers.CharField(max_length=64, required=False, allow_blank=True, default="")
    requested_at = serializers.DateTimeField(required=False, allow_null=True)
    safety = serializers.DictField(child=serializers.CharField(max_length=64, allow_blank=True), required=False)
    check_in = serializers.BooleanField(required=False, default=False, help_text="The patient is here: check in at once.")


class UsedItemSerializer(serializers.ModelSerializer):
    recorded_by = serializers.CharField(source="recorded_by.username", read_only=True, default="")

    class Meta:
        model = UsedItem
        fields = ("id", "kind", "name", "quantity", "unit", "unit_price", "lot", "recorded_by", "recorded_at")
        read_only_fields = ("id", "recorded_at")
