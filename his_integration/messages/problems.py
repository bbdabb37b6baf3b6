"""What is wrong with a message, in the codes of HL7 table 0357 and with the place at fault."""

from dataclasses import dataclass

CODES: dict[str, str] = {
    "100": "Segment sequence error",
    "101": "Required field missing",
    "102": "Data type error",
    "103": "Table value not found",
    "200": "Unsupported message type",
    "201": "Unsupported event code",
    "202": "Unsupported processing id",
    "203": "Unsupported version id",
    "204": "Unknown key identifier",
    "205": "Duplicate key identifier",
    "206": "Application record locked",
    "207": "Application internal error",
}
# The message cannot be taken whatever its content says: reject (AR); everything else is an error in it (AE).
REJECT_CODES = frozenset({"200", "201", "202", "203", "206"})


@dataclass(frozen=True)
class Place:
    """Where in the message (ERR-2, ERL): OBR, its second occurrence, field 4, component 1."""

    segment: str
    number: int = 1
    field: int = 0
    component: int = 0

    def __str__(self) -> str:
        parts = [self.segment, str(self.number), *(str(part) for part in (self.field, self.component) if part)]
        return "^".join(parts)


NOWHERE = Place("MSH")


class Refused(Exception):
    """The message is not applied; `code` is of table 0357, `text` says what to do about it (ERR-8)."""

    def __init__(self, code: str, place: Place, text: str, *, is_reject: bool | None = None) -> None:
        super().__init__(text)
        self.code, self.place, self.text = code, place, text
        self.is_reject = code in REJECT_CODES if is_reject is None else is_reject

    @property
    def answer(self) -> str:
        """MSA-1."""
        return "AR" if self.is_reject else "AE"


class TryAgain(Refused):
    """Nothing is wrong with the message; we could not apply it now. Rejected, so that the sender sends it again."""

    def __init__(self, text: str) -> None:
        super().__init__("207", NOWHERE, text, is_reject=True)
