"""Subspecialties by REST."""

from rest_framework import serializers

from reporting.subspecialties.models import Subspecialty
from reporting.subspecialties.selectors import readers
from reporting.subspecialties.services import FIELDS


class SubspecialtySerializer(serializers.ModelSerializer):
    """`code` is its word in a list's address (`sub=`). `body_parts` and `procedures` are separated by commas, `modalities` by spaces;
    an exam belongs to it by any of them. `readers` are user names."""

    readers = serializers.SlugRelatedField(many=True, required=False, slug_field="username", queryset=readers())

    class Meta:
        model = Subspecialty
        fields = ("id", "code", *FIELDS, "readers", "changed_at")
        read_only_fields = ("id", "code", "changed_at")
        validators = ()  # that a name is taken is for the service to say
        extra_kwargs = {name: {"required": False, "allow_blank": True} for name in FIELDS[1:]}  # noqa: RUF012
