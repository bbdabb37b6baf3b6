"""Report templates and macros: text that readers start from, kept as data."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from imaging.orders.models import Procedure


class ReportLanguage(models.TextChoices):
    ENGLISH = "en", _("English")
    CHINESE = "zh-hans", _("Simplified Chinese")


class ReportTemplate(models.Model):
    """What a report of some procedures begins with, in one language.

    `sections` is a list of {"key", "title", "text", "required"}. Text may hold open choices `[a|b|c]` and fields `[size]`
    that the reader settles before signing; `reporting.templates_library.choices` reads them.
    """

    code = models.CharField(_("code"), max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=128)
    name_zh = models.CharField(_("Chinese name"), max_length=128, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=ReportLanguage.choices, default=ReportLanguage.ENGLISH)
    modality = models.CharField(_("modality"), max_length=16, blank=True)
    body_part = models.CharField(_("body part"), max_length=16, blank=True)
    procedures = models.ManyToManyField(Procedure, related_name="report_templates", blank=True)
    sections = models.JSONField(_("sections"), default=list)
    is_active = models.BooleanField(default=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["language", "modality", "body_part"], name="template_language_modality")]

    def __str__(self) -> str:
        return self.code

    @property
    def label(self) -> str:
        """The name in the reader's own language, whatever language the template is in."""
        return self.name_zh if (get_language() or "").startswith("zh") and self.name_zh else self.name


class Macro(models.Model):
    """A piece of text that `.name` and Tab put into a report; somebody's own, or everybody's when it has no owner."""

    name = models.CharField(_("name"), max_length=32)
    language = models.CharField(_("language"), max_length=10, choices=ReportLanguage.choices, default=ReportLanguage.ENGLISH)
    text = models.TextField(_("text"))
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="macros")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "language", "name"], name="macro_own_unique"),
            models.UniqueConstraint(fields=["language", "name"], condition=models.Q(owner=None), name="macro_shared_unique"),
        ]

    def __str__(self) -> str:
        return self.name
