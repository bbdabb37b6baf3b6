"""By when a report is due, as rules that the department keeps itself."""

import datetime as dt
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from imaging.orders.models import Priority
from imaging.patients.models import PatientClass

LONGEST_MINUTES = 30 * 24 * 60


class DeadlineRule(models.Model):
    """So many minutes from the end of the exam to its report, for exams that fit; what is empty fits every exam."""

    patient_class = models.CharField(_("patient type"), max_length=1, choices=PatientClass.choices, blank=True)
    priority = models.CharField(_("priority"), max_length=8, choices=Priority.choices, blank=True)
    modalities = models.CharField(_("modalities"), max_length=64, blank=True, help_text=_("As CT MR; empty for all."))
    minutes = models.PositiveIntegerField(_("minutes"), validators=[MinValueValidator(1), MaxValueValidator(LONGEST_MINUTES)])
    in_working_time = models.BooleanField(_("in working hours only"), default=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["patient_class", "priority", "modalities"], condition=models.Q(deleted_at=None), name="deadline_rule_unique"
            )
        ]

    def __str__(self) -> str:
        parts = [str(self.get_patient_class_display()) if self.patient_class else "", self.priority and str(self.get_priority_display())]
        return " · ".join([*filter(None, [*parts, ", ".join(self.modalities.split())])]) or str(_("every exam"))

    @property
    def within(self) -> dt.timedelta:
        return dt.timedelta(minutes=self.minutes)
