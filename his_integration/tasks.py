"""The list of tasks that Celery needs; each slice holds its own."""

from his_integration.inbound.tasks import apply_due_messages, apply_message
from his_integration.outbound.tasks import send_due_messages, send_message

__all__ = ["apply_due_messages", "apply_message", "send_due_messages", "send_message"]
