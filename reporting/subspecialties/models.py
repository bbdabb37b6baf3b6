"""Sections of the reading room, which the department keeps itself."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from imaging.common.formats import local_text


class Subspecialty(models.Model):
    """Exams that belong together, by procedure of the catalogue, by body part examined (0018,0015) or by modality (0008,0060): any of
    them is enough. `code` is its word in the address of a list and never changes."""

    code = models.CharField(max_length=16, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=40)
    name_zh = models.CharField(_("Chinese name"), max_length=40, blank=True)
    body_parts = models.TextField(_("body parts"), blank=True, help_text=_("As HEAD, BRAIN; every exam of them belongs here."))
    modalities = models.CharField(_("modalities"), max_length=64, blank=True, help_text=_("As PT NM; every exam of them belongs here."))
    procedures = models.TextField(_("procedures"), blank=True, help_text=_("Codes of the catalogue, separated by commas."))
    readers = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="subspecialties", verbose_name=_("readers"))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["name"], condition=models.Q(deleted_at=None), name="subspecialty_name")]

    def __str__(self) -> str:
        return local_text(self)

    @property
    def body_part_list(self) -> list[str]:
        return _listed(self.body_parts)

    @property
    def modality_list(self) -> list[str]:
        return self.modalities.split()

    @property
    def procedure_list(self) -> list[str]:
        return _listed(self.procedures)


def _listed(text: str) -> list[str]:
    return [part for part in text.split(", ") if part]
