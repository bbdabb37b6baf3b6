"""Which keys and mouse buttons do what in the viewer, as far as that was changed: by a person for themselves, or for everybody."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class KeySet(models.Model):
    """What one person changed; the one of the department (`owner` empty) is what everybody begins with."""

    owner = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="viewer_keys")
    is_department = models.BooleanField(default=False)
    keys = models.JSONField(default=dict, help_text=_("By act its key; empty for none."))
    tools = models.JSONField(default=dict, help_text=_("By mouse button its tool."))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["is_department"], condition=models.Q(is_department=True), name="viewer_keys_department"),
            models.CheckConstraint(
                condition=models.Q(is_department=True, owner=None) | models.Q(is_department=False, owner__isnull=False),
                name="viewer_keys_whose",
            ),
        ]
