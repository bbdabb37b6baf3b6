"""What applying a message came to, and whom it was about."""

from dataclasses import dataclass, field

from his_integration.messages.envelope import Envelope
from his_integration.messages.text import Text
from imaging.orders.models import Exam
from imaging.patients.models import Patient


@dataclass(frozen=True)
class Arrival:
    """A message that can be looked at; `notes` are kept with it when it is applied."""

    text: Text
    envelope: Envelope
    notes: list[str] = field(default_factory=list)

    @property
    def actor(self) -> str:
        """Who did it, for audit and time-line."""
        return (self.envelope.sending_application or "HL7")[:128]

    @property
    def door(self) -> str:
        return "hl7"


@dataclass
class Applied:
    patient: Patient | None = None
    exams: list[Exam] = field(default_factory=list)
