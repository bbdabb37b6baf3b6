"""The HIS side of an exam: registers patients and places orders by HL7, one message at a time, each answered before the next."""

import threading
from dataclasses import dataclass, replace
from datetime import datetime

from demo import clock, environment
from demo.hl7 import messages
from demo.hl7.messages import Envelope, Order, OrderMessage, Visit
from demo.hl7.mllp import Sender
from demo.people import Clinician, Person
from demo.stations import PROCEDURE_NAMES, modality_of

LOCATIONS = {"I": ("W12", "03", "2"), "O": ("OPD", "5"), "E": ("ED", "1")}
FORMS: dict[str, OrderMessage] = {"orm": messages.orm, "omi": messages.omi}


@dataclass(frozen=True)
class Request:
    """One exam wanted for one patient. `key` names it in every message, so that sending it again is the same message again."""

    key: str
    person: Person
    clinician: Clinician
    code: str
    station: str
    reason: str
    ordered_at: datetime
    wanted_at: datetime | None = None
    patient_class: str = "O"
    priority: str = "R"
    form: str = "omi"

    @property
    def visit(self) -> Visit:
        return Visit(f"V{self.key}", self.patient_class, LOCATIONS[self.patient_class], self.clinician, self.ordered_at)

    @property
    def order(self) -> Order:
        return Order(
            placer_number=f"P{self.key}",
            code=self.code,
            name=PROCEDURE_NAMES[self.code],
            reason=self.reason,
            priority=self.priority,
            wanted_at=self.wanted_at,
            ordered_at=self.ordered_at,
            modality=modality_of(self.code),
            station=self.station,
        )

    @property
    def admission(self) -> str:
        """A01 for those who stay, A04 for those who come."""
        return "A01" if self.patient_class == "I" else "A04"


class Desk:
    """Sends over one connection; safe to share between threads."""

    def __init__(self, sender: Sender | None = None) -> None:
        self._sender = sender or Sender(environment.hl7())
        self._lock = threading.Lock()

    def close(self) -> None:
        self._sender.close()

    def admit(self, request: Request) -> None:
        """Raises Refused or Unanswered, as all of these do."""
        self._send(messages.adt(request.admission, self._envelope(request, request.admission), request.person, request.visit))

    def correct(self, request: Request, person: Person) -> None:
        """A08 with what is known now."""
        self._send(messages.adt("A08", self._envelope(request, "A08"), person, request.visit))

    def merge(self, request: Request, gone: Person) -> None:
        """A40: `gone` was the same patient."""
        self._send(messages.merge(self._envelope(request, "A40"), request.person, gone))

    def order(self, request: Request) -> None:
        self._order("NW", request)

    def change(self, request: Request, reason: str) -> None:
        self._order("XO", replace(request, reason=reason))

    def cancel(self, request: Request) -> None:
        self._order("CA", request)

    def _order(self, control: str, request: Request) -> None:
        form = FORMS[request.form]
        self._send(form(control, self._envelope(request, control), request.person, request.visit, request.order))

    def _envelope(self, request: Request, what: str) -> Envelope:
        return Envelope(f"{request.key}-{what}", clock.now())

    def _send(self, message: bytes) -> None:
        with self._lock:
            self._sender.send(message)
