"""The states of an exam and the steps between them, as data."""

from django.db import models
from django.utils.translation import pgettext_lazy


class ExamState(models.TextChoices):
    ORDERED = "ordered", pgettext_lazy("exam state", "Ordered")
    SCHEDULED = "scheduled", pgettext_lazy("exam state", "Scheduled")
    ARRIVED = "arrived", pgettext_lazy("exam state", "Arrived")
    IN_PROGRESS = "in_progress", pgettext_lazy("exam state", "In progress")
    COMPLETED = "completed", pgettext_lazy("exam state", "Completed")
    READING = "reading", pgettext_lazy("exam state", "Reading")
    PRELIMINARY = "preliminary", pgettext_lazy("exam state", "Preliminary")
    FINAL = "final", pgettext_lazy("exam state", "Final")
    ADDENDED = "addended", pgettext_lazy("exam state", "Addended")
    CANCELLED = "cancelled", pgettext_lazy("exam state", "Cancelled")
    DISCONTINUED = "discontinued", pgettext_lazy("exam state", "Discontinued")


S = ExamState

TRANSITIONS: dict[str, frozenset[ExamState]] = {
    S.ORDERED: frozenset({S.SCHEDULED, S.ARRIVED, S.IN_PROGRESS, S.COMPLETED, S.CANCELLED}),
    S.SCHEDULED: frozenset({S.ORDERED, S.ARRIVED, S.IN_PROGRESS, S.COMPLETED, S.CANCELLED, S.DISCONTINUED}),
    S.ARRIVED: frozenset({S.SCHEDULED, S.IN_PROGRESS, S.COMPLETED, S.CANCELLED, S.DISCONTINUED}),
    S.IN_PROGRESS: frozenset({S.ARRIVED, S.COMPLETED, S.DISCONTINUED}),
    S.COMPLETED: frozenset({S.IN_PROGRESS, S.READING, S.PRELIMINARY, S.FINAL}),
    S.READING: frozenset({S.COMPLETED, S.PRELIMINARY, S.FINAL}),
    S.PRELIMINARY: frozenset({S.READING, S.FINAL}),
    S.FINAL: frozenset({S.ADDENDED}),
    S.ADDENDED: frozenset(),
    S.CANCELLED: frozenset(),
    S.DISCONTINUED: frozenset({S.SCHEDULED, S.IN_PROGRESS}),
}

# When a state is reached, the moment is kept here: turnaround is a difference of two columns, never a walk over events.
MOMENTS: dict[str, str] = {
    S.SCHEDULED: "scheduled_at",
    S.ARRIVED: "arrived_at",
    S.IN_PROGRESS: "started_at",
    S.COMPLETED: "completed_at",
    S.READING: "reading_at",
    S.PRELIMINARY: "preliminary_at",
    S.FINAL: "final_at",
    S.CANCELLED: "ended_at",
    S.DISCONTINUED: "ended_at",
}

BEFORE_START = frozenset({S.ORDERED, S.SCHEDULED, S.ARRIVED})
PERFORMED = frozenset({S.COMPLETED, S.READING, S.PRELIMINARY, S.FINAL, S.ADDENDED})
ENDED = frozenset({S.CANCELLED, S.DISCONTINUED})
WAY = (S.ORDERED, S.SCHEDULED, S.ARRIVED, S.IN_PROGRESS, S.COMPLETED, S.READING, S.PRELIMINARY, S.FINAL)
