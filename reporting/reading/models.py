"""What readers keep of the reading list: filters by name, which of them is the first thing they see, and images that came too late."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from imaging.access.roles import Role
from imaging.orders.models import Exam

EVERYBODY = "everybody"


class Audience(models.TextChoices):
    """With whom a filter is shared: with nobody, with all who have a role, or with everybody who reads."""

    MINE = "", _("Only me")
    RESIDENTS = Role.RESIDENT.value, _("Residents")
    RADIOLOGISTS = Role.RADIOLOGIST.value, _("Radiologists")
    EVERYBODY = EVERYBODY, _("Everybody who reads")


class ReadingFilter(models.Model):
    """A narrowed reading list under a name. `address` is the query of the list's address, as `ListFilter` writes it."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reading_filters")
    name = models.CharField(_("name"), max_length=40)
    address = models.CharField(max_length=1000, blank=True)
    audience = models.CharField(_("for whom"), max_length=16, choices=Audience.choices, blank=True, default=Audience.MINE)
    changed_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "name"], condition=models.Q(deleted_at=None), name="reading_filter_name")
        ]
        indexes: ClassVar = [models.Index(fields=["audience"], condition=models.Q(deleted_at=None), name="reading_filter_audience")]

    def __str__(self) -> str:
        return self.name


class FirstList(models.Model):
    """The filter with which the reading list opens for one person: their own, or one that is shared with them."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="first_list")
    filter = models.ForeignKey(ReadingFilter, on_delete=models.CASCADE, related_name="+")


class LateOutcome(models.TextChoices):
    OPEN = "", pgettext_lazy("late images", "To be looked at")
    STANDS = "stands", pgettext_lazy("late images", "The report stands")
    AMENDED = "amended", pgettext_lazy("late images", "The report was amended")


class LateImages(models.Model):
    """Images that came after the report was signed: a task for who signed it, until they say that the report stands or amend it."""

    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, related_name="late_images")
    signer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="late_images")
    images = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    outcome = models.CharField(_("outcome"), max_length=8, choices=LateOutcome.choices, blank=True, default=LateOutcome.OPEN)
    note = models.CharField(_("note"), max_length=200, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["exam"], condition=models.Q(outcome=""), name="late_images_open")]
        indexes: ClassVar = [models.Index(fields=["first_at"], condition=models.Q(outcome=""), name="late_images_waiting")]
