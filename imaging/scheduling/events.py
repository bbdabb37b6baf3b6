"""News about the rooms' work, sent inside the transaction that makes it (docs/events.md)."""

from django.dispatch import Signal

# step, before (starts_at before a move, None when new): a step was booked or moved
step_booked = Signal()
# item, exam: contrast or a consumable was written down for the exam
used_item_recorded = Signal()
# item, exam: and taken off again (the row is about to go)
used_item_removed = Signal()
# performed (PerformedStep), exams (list): a device began, ended or broke off a performed step
performed_step_changed = Signal()
