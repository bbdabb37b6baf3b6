"""Applying messages again in the background (replay)."""

from celery import shared_task

from his_integration.inbound.receive import apply_again, apply_due


@shared_task(name="his_integration.apply_message")
def apply_message(message_id: int) -> None:
    apply_again(row_id=message_id)


@shared_task(name="his_integration.apply_due_messages")
def apply_due_messages() -> None:
    apply_due()
