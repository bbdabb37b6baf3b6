"""docs/hl7_interface.md against the code. Not covered: whether it says it well."""

from pathlib import Path

from django.conf import settings

from his_integration.inbound.families import HANDLERS
from his_integration.inbound.rules import TABLES
from his_integration.messages.problems import CODES, REJECT_CODES
from his_integration.outbound import order_status, oru
from his_integration.outbound.oru import LOINC

PAGE = (Path(settings.BASE_DIR) / "docs" / "hl7_interface.md").read_text(encoding="utf-8")
HEADINGS = {line.lstrip("#").strip() for line in PAGE.splitlines() if line.startswith("#")}


def row_of(first: str) -> list[str]:
    """The cells of the table row that begins with `first`."""
    line = next(line for line in PAGE.splitlines() if line.startswith(f"| {first} |"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_every_message_in_has_its_heading_and_no_other() -> None:
    handled = {f"{code}^{trigger}" for code, triggers in HANDLERS.items() for trigger in triggers}
    told = {heading for heading in HEADINGS if heading[:3] in {"ADT", "ORM", "OMG", "OMI"}}
    assert told == handled


def test_every_message_out_has_its_heading() -> None:
    assert {"Out: ORM^O01", "Out: ORU^R01", "Out: DFT^P03"} <= HEADINGS


def test_every_rule_has_its_row() -> None:
    for rules in TABLES.values():
        for rule in rules:
            cells = row_of(f"`{rule.label}`")
            assert cells[3] == (str(rule.length) if rule.length else ""), rule.label
            assert not rule.is_required or cells[2], rule.label


def test_every_error_code_has_its_row() -> None:
    for code in CODES:
        assert ("AR" in row_of(code)[1]) or code not in REJECT_CODES


def test_statuses_are_as_written() -> None:
    states = {"arrived": "arrived", "in progress": "in_progress", "completed": "completed", "cancelled": "cancelled"}
    for words, state in {**states, "discontinued": "discontinued"}.items():
        assert row_of(words)[1] == order_status.STATUSES[state]
    for kind, status in oru.STATUSES.items():
        assert row_of(kind)[1] == status


def test_every_section_code_is_named() -> None:
    assert [code for code, _name in LOINC.values() if code not in PAGE] == []
