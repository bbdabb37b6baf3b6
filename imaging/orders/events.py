"""News about exams, sent inside the transaction that makes it (docs/events.md)."""

from django.dispatch import Signal

# order: a new order with its exams is in, or further exams of it
order_entered = Signal()
# exam, before (state), user, actor: the exam reached another state
exam_state_changed = Signal()
# order, fields (frozenset of names), exam (when only one of its exams changed), user, actor, door: what the order says was changed
order_changed = Signal()
