"""People, their tokens, and the record of what they looked at."""

from functools import cached_property
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from imaging.access.roles import Role


class Theme(models.TextChoices):
    BY_ROLE = "", _("As the role")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class Density(models.TextChoices):
    DENSE = "", pgettext_lazy("rows", "Dense")
    ROOMY = "roomy", pgettext_lazy("rows", "Roomy")


class User(AbstractUser):
    """A member of staff. Roles are the names of the groups that the account is in."""

    name_local = models.CharField(_("name in characters"), max_length=64, blank=True)
    staff_code = models.CharField(_("staff number"), max_length=32, blank=True, db_index=True, help_text=_("As the HIS sends it in XCN-1."))
    workplace = models.CharField(_("place"), max_length=64, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    theme = models.CharField(_("theme"), max_length=8, blank=True, choices=Theme.choices, default=Theme.BY_ROLE)
    density = models.CharField(_("rows"), max_length=8, blank=True, choices=Density.choices, default=Density.DENSE)
    letter_keys = models.BooleanField(_("single letters are keys"), default=True, help_text=_("WCAG 2.1.4: they can be switched off."))

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles held, from the groups; nothing for an account that is switched off."""
        if not self.is_active:
            return frozenset()
        return frozenset(group.name for group in self.groups.all()) & frozenset(Role.values)  # fetched with many people at once

    def get_full_name(self) -> str:
        """Family name first, as on the ward's list."""
        return f"{self.last_name} {self.first_name}".strip()

    @property
    def label(self) -> str:
        """The name as colleagues know it, in both scripts where there are two."""
        return f"{self.get_full_name() or self.username} {self.name_local}".strip()


class ApiToken(models.Model):
    """A bearer token; only its digest is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)
    revoked_at = models.DateTimeField(null=True, blank=True)


class Outcome(models.TextChoices):
    SUCCESS = "success", _("Done")
    DENIED = "denied", _("Refused")
    FAILED = "failed", _("Failed")


class AuditEvent(models.Model):
    """One look or act (promise 6). Append-only: the database refuses changes; each row holds the hash of the one before."""

    at = models.DateTimeField(db_index=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    actor = models.CharField(_("who"), max_length=128)
    door = models.CharField(_("by way of"), max_length=16)
    act = models.CharField(_("act"), max_length=48, db_index=True)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome.choices)
    patient_number = models.CharField(_("patient no."), max_length=64, blank=True, db_index=True)
    accession_number = models.CharField(_("accession no."), max_length=32, blank=True, db_index=True)
    study_instance_uid = models.CharField(max_length=64, blank=True)
    address = models.CharField(_("from"), max_length=64, blank=True)
    detail = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    row_hash = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["-id"]


class AuditHead(models.Model):
    """The last link of the audit chain; locked while a row is added."""

    name = models.CharField(max_length=16, primary_key=True, default="main")
    last_hash = models.CharField(max_length=64, default="0" * 64)
