"""What a message has to contain before anything acts on it, as data. The parser validates nothing; this table does.

Only what we act on is asked for: a HIS sends much that is nobody's business here. `docs/hl7_interface.md` is tested against the table.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from his_integration.messages.problems import Place, Refused
from his_integration.messages.text import Segment, Text, date_parse, timestamp_parse

REQUIRED, TYPE, TABLE = "101", "102", "103"
SEX = frozenset("FMOUAN")
ORDER_CONTROL = frozenset(
    ("NW", "XO", "CA", "DC", "CH", "PA", "RP", "OC", "SN", "SC", "OK", "UA", "OR", "UX", "RE", "HD", "RL", "OD", "CN", "UC")
)


def _is_date(value: str) -> bool:
    return date_parse(value) is not None


def _is_time(value: str) -> bool:
    return timestamp_parse(value) is not None


@dataclass(frozen=True)
class Rule:
    """One field: may it be missing, how long is it, which values or forms has it. `name` is what people call it."""

    segment: str
    field: int
    name: str
    component: int = 1
    is_required: bool = False
    length: int = 0
    table: frozenset[str] | None = None
    table_number: str = ""
    form: Callable[[str], bool] | None = None
    form_name: str = ""

    @property
    def label(self) -> str:
        """As in OBR-4.1."""
        return f"{self.segment}-{self.field}.{self.component}"

    def place(self, segment: Segment | None) -> Place:
        return Place(self.segment, segment.number if segment else 1, self.field, self.component)

    def check(self, segment: Segment) -> None:
        """Raises Refused, naming the place, when the segment breaks the rule."""
        value = segment.get(self.field, self.component)
        if not value:
            if self.is_required:
                raise Refused(REQUIRED, self.place(segment), f"{self.label} {self.name} is missing.")
            return
        if self.length and len(value) > self.length:
            raise Refused(TYPE, self.place(segment), f"{self.label} {self.name} has more than {self.length} characters.")
        if self.table is not None and value not in self.table:
            raise Refused(TABLE, self.place(segment), f"{self.label} {self.name} {value[:20]!r} is not in table {self.table_number}.")
        if self.form is not None and not self.form(value):
            raise Refused(TYPE, self.place(segment), f"{self.label} {self.name} {value[:32]!r} is not {self.form_name}.")


def _date(segment: str, field: int, name: str) -> Rule:
    return Rule(segment, field, name, form=_is_date, form_name="a date (YYYYMMDD)")


def _time(segment: str, field: int, name: str, component: int = 1) -> Rule:
    return Rule(segment, field, name, component, form=_is_time, form_name="a time (YYYYMMDDHHMMSS)")


HEADER = (
    Rule("MSH", 9, "message type", is_required=True, length=3),
    Rule("MSH", 9, "trigger event", 2, length=3),
    Rule("MSH", 10, "message control id", is_required=True, length=199),
)
PATIENT = (
    Rule("PID", 3, "patient number", is_required=True, length=64),
    Rule("PID", 5, "patient name", is_required=True, length=64),
    _date("PID", 7, "date of birth"),
    Rule("PID", 8, "sex", table=SEX, table_number="0001"),
)
VISIT = (
    Rule("PV1", 19, "visit number", length=64),
    _time("PV1", 44, "admitted at"),
    _time("PV1", 45, "discharged at"),
)
MERGE = (
    Rule("PID", 3, "number that stays", is_required=True, length=64),
    _date("PID", 7, "date of birth"),
    Rule("PID", 8, "sex", table=SEX, table_number="0001"),
    Rule("MRG", 1, "number that goes", is_required=True, length=64),
)
ORDER_PATIENT = (Rule("PID", 3, "patient number", is_required=True, length=64), *PATIENT[2:])
ORDER = (
    Rule("ORC", 1, "order control", is_required=True, table=ORDER_CONTROL, table_number="0119"),
    Rule("ORC", 2, "placer order number", length=64),
    _time("ORC", 7, "start of the quantity and timing", 4),
    _time("ORC", 9, "time of the order"),
    _time("TQ1", 7, "start"),
    Rule("OBR", 4, "procedure code", length=64),
    _time("OBR", 27, "start of the quantity and timing", 4),
    _time("OBR", 36, "scheduled for"),
    Rule("IPC", 1, "accession number", length=16),
    Rule("IPC", 2, "requested procedure id", length=16),
    Rule("IPC", 3, "Study Instance UID", length=64),
    Rule("IPC", 4, "scheduled procedure step id", length=16),
    Rule("IPC", 5, "modality", length=16),
    Rule("IPC", 9, "station AE title", length=16),
)
NEEDED_SEGMENTS: dict[str, tuple[str, ...]] = {
    "patient": ("PID",),
    "merge": ("PID", "MRG"),
    "order": ("PID", "ORC"),
}
# Two messages run together, or two patients in one: whose the rest is nobody can tell.
SINGLE_SEGMENTS: dict[str, tuple[str, ...]] = {
    "patient": ("MSH", "PID"),
    "merge": ("MSH",),
    "order": ("MSH", "PID"),
}
TABLES: dict[str, tuple[Rule, ...]] = {
    "patient": (*HEADER, *PATIENT, *VISIT),
    "merge": (*HEADER, *MERGE),
    "order": (*HEADER, *ORDER_PATIENT, *VISIT, *ORDER),
}


def check(text: Text, family: str) -> None:
    """Raises Refused at the first broken rule of `family`; every occurrence of a segment is looked at."""
    for name in NEEDED_SEGMENTS[family]:
        if text.first(name) is None:
            raise Refused("100", Place(name), f"The {name} segment is missing.")
    for name in SINGLE_SEGMENTS[family]:
        if len(text.all(name)) > 1:
            raise Refused("100", Place(name, 2), f"There is a second {name} segment: send each patient in a message of its own.")
    check_rules(text, TABLES[family])


def check_rules(text: Text, rules: Iterable[Rule]) -> None:
    """Raises Refused at the first rule that `text` breaks."""
    for rule in rules:
        for segment in text.all(rule.segment):
            rule.check(segment)
