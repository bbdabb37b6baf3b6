"""Patients on the REST doors."""

from rest_framework import serializers

from imaging.patients.models import Sex


class SeenPatientSerializer(serializers.Serializer):
    """A patient as the caller may see them; of a protected one nothing but that they are."""

    id = serializers.IntegerField()
    hidden = serializers.BooleanField()
    is_protected = serializers.BooleanField()
    label = serializers.CharField()  # type: ignore[assignment]  # DRF keeps fields apart from attributes
    number = serializers.CharField()
    name = serializers.CharField()
    name_ideographic = serializers.CharField()
    sex = serializers.CharField()
    birth_date = serializers.DateField(allow_null=True)
    phone = serializers.CharField()
    weight_kg = serializers.DecimalField(5, 1, allow_null=True)
    allergies = serializers.CharField()
    is_unidentified = serializers.BooleanField()


class PatientPageSerializer(serializers.Serializer):
    results = SeenPatientSerializer(many=True)
    next = serializers.CharField(help_text="Give it as `after` for the next page; empty at the end.")


class PatientInSerializer(serializers.Serializer):
    """On a change, what is absent stays; an empty value deletes."""

    name = serializers.CharField(max_length=192, required=False, allow_blank=True)
    name_ideographic = serializers.CharField(max_length=64, required=False, allow_blank=True)
    name_phonetic = serializers.CharField(max_length=64, required=False, allow_blank=True)
    birth_date = serializers.CharField(max_length=20, required=False, allow_blank=True, allow_null=True, help_text="1968-04-12")
    sex = serializers.ChoiceField(Sex.choices, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=32, required=False, allow_blank=True)
    address = serializers.CharField(max_length=200, required=False, allow_blank=True)
    weight_kg = serializers.DecimalField(5, 1, required=False, allow_null=True)
    allergies = serializers.CharField(max_length=200, required=False, allow_blank=True)
    is_unidentified = serializers.BooleanField(required=False, default=None, allow_null=True)


class PatientNewSerializer(PatientInSerializer):
    number = serializers.CharField(max_length=64, required=False, allow_blank=True, help_text="Empty: the hospital's next number.")
    issuer = serializers.CharField(max_length=64, required=False, allow_blank=True)


class MergeInSerializer(serializers.Serializer):
    retired = serializers.IntegerField(help_text="The patient to be closed; everything of them goes to this one.")
    reason = serializers.CharField(max_length=200)


class MergeSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    survivor = serializers.IntegerField(source="survivor_id")
    retired = serializers.IntegerField(source="retired_id")
    reason = serializers.CharField()
    merged_at = serializers.DateTimeField()
    undone_at = serializers.DateTimeField(allow_null=True)


class ActReasonSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=200)


class ProtectionSerializer(serializers.Serializer):
    protected = serializers.BooleanField()
    reason = serializers.CharField(max_length=200)


class PersonSerializer(serializers.Serializer):
    username = serializers.CharField(max_length=150)
