"""Sending in the background: rung for each new message, and by beat for what waits."""

from celery import shared_task

from his_integration.messages.destinations import HIS
from his_integration.outbound.services import destination_send


@shared_task(name="his_integration.send_message")
def send_message(message_id: int) -> None:
    """A message is in the queue; it goes when those before it have gone."""
    destination_send(name=HIS)


@shared_task(name="his_integration.send_due_messages")
def send_due_messages() -> None:
    destination_send(name=HIS)
