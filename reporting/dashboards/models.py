"""Counted days: what a past day came to, so that a year is read from hundreds of rows and not from a million exams."""

from typing import ClassVar

from django.db import models
from django.utils.translation import pgettext_lazy

from reporting.billing.models import Money


class Dimension(models.TextChoices):
    ALL = "all", pgettext_lazy("grouped by", "All")
    DEPARTMENT = "department", pgettext_lazy("grouped by", "Department")
    MODALITY = "modality", pgettext_lazy("grouped by", "Modality")
    ROOM = "room", pgettext_lazy("grouped by", "Room")
    PERFORMER = "performer", pgettext_lazy("grouped by", "Technologist")
    READER = "reader", pgettext_lazy("grouped by", "Reader")
    REFERRER = "referrer", pgettext_lazy("grouped by", "Referrer")
    CLASS = "class", pgettext_lazy("grouped by", "Class and kind")


class DailyFigure(models.Model):
    """What one day of the hospital came to for one member of one dimension ("modality CT"). Counted anew, never added to.

    An exam counts on the day it was completed, a report on the day it was signed, a charge on the day it was posted.
    """

    day = models.DateField()
    dimension = models.CharField(max_length=12, choices=Dimension.choices)
    key = models.CharField(max_length=128, blank=True)
    label = models.CharField(max_length=192, blank=True)
    label_zh = models.CharField(max_length=192, blank=True)
    exams = models.PositiveIntegerField(default=0)
    reports = models.PositiveIntegerField(default=0)
    on_time = models.PositiveIntegerField(default=0)
    charged = Money(default=0)
    insurance = Money(default=0)
    taken = Money(default=0)
    given_back = Money(default=0)
    exam_hours = models.JSONField(default=dict)
    minute_hours = models.JSONField(default=dict)
    spans = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["dimension", "day", "key"], name="daily_figure_unique")]

    def __str__(self) -> str:
        return f"{self.day} {self.dimension} {self.key}"
