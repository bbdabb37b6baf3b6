"""Matching an answer against a query's keys. Not covered: what the database narrows before (tests/interop)."""

import pytest

from imaging.dimse.query import matches


def fits(wanted: str, held: str, vr: str = "LO") -> bool:
    return matches({"00081030": {"vr": vr, "Value": [wanted]}}, {"00081030": {"vr": vr, "Value": [held]}})


@pytest.mark.parametrize(
    ("wanted", "held", "expected"),
    [
        ("CT*", "CT head", True), ("*head", "CT head", True), ("C?*d", "CT head", True), ("*", "", True), ("**", "", True),
        ("?", "", False), ("CT", "CT head", False), ("*a*e*", "CT head", False), ("*e*a*", "CT head", True), ("*ead", "CT head ead", True),
        ("ct*", "CT head", False), ("a.c*", "abc", False), ("(*", "(x", True), ("*\n*", "a\nb", True), ("a*a", "a", False),
    ],
)  # fmt: skip
def test_wild_cards(wanted: str, held: str, expected: bool) -> None:
    assert fits(wanted, held) is expected


@pytest.mark.parametrize("wanted", ["*?" * 30 + "z", "*a" * 30 + "z", "?*" * 30 + "z"])
def test_a_query_of_stars_does_not_stop_the_process(wanted: str) -> None:
    assert not fits(wanted, "a" * 64)
