"""The list of models that Django needs; each slice holds its own."""

from his_integration.messages.models import Destination, Message

__all__ = ["Destination", "Message"]
