"""Hanging protocols as they are kept: whose, for whom, and every version."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

NAME_LENGTH = 60


class HangingProtocol(models.Model):
    """A hanging protocol by its name. What it says is its version `version`; older ones stay and can be put back."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="hanging_protocols")
    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    is_shared = models.BooleanField(_("for everybody"), default=False)
    is_off = models.BooleanField(_("switched off"), default=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner", "name"], condition=models.Q(deleted_at=None, is_shared=False), name="hanging_own_name"
            ),
            models.UniqueConstraint(fields=["name"], condition=models.Q(deleted_at=None, is_shared=True), name="hanging_shared_name"),
        ]

    def __str__(self) -> str:
        return self.name


class HangingVersion(models.Model):
    """What a hanging protocol says, or said: written once. `put_back` is the version whose words these are again."""

    protocol = models.ForeignKey(HangingProtocol, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    rule = models.JSONField()
    put_back = models.PositiveIntegerField(null=True, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["protocol", "number"], name="hanging_version")]
