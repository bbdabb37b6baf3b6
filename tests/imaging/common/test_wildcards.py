"""DICOM wild cards, by themselves and in the database. Not covered: how quick they are, only that no pattern makes them endless."""

import pytest

from imaging.archive.models import Study
from imaging.archive.search.matching import match
from imaging.archive.search.query_keys import Level, find_key
from imaging.common.errors import InvalidInput
from imaging.common.wildcards import wild_matches
from tests.imaging import pictures

ENDLESS = "*a" * 30 + "b"


@pytest.mark.parametrize(
    ("text", "value", "fits"),
    [
        ("CHEST", "CHEST", True),
        ("C?EST", "CHEST", True),
        ("C?EST", "CEST", False),
        ("*ab*b", "aab-ab", True),
        ("*ab*b", "aab", False),
        ("a*b*c", "abc", True),
        ("a**c", "ac", True),
        ("?*?", "a", False),
        ("*a.c*", "xabcx", False),
        (ENDLESS, "a" * 200, False),
        (ENDLESS, "a" * 200 + "b", True),
    ],
)
def test_a_pattern_fits_what_it_should_and_ends(text: str, value: str, fits: bool) -> None:
    assert wild_matches(text, value) is fits


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("keyword", "text", "found"),
    [
        ("PatientName", ENDLESS, 0),
        ("PatientName", "*A*a*A", 1),
        ("PatientName", "*李*明", 1),
        ("PatientName", "a?a*", 1),
        ("PatientName", "a^*", 0),
        ("StudyDescription", ENDLESS, 0),
        ("StudyDescription", "a*a*a", 1),
        ("StudyDescription", "A*a?a", 0),
    ],
)
def test_the_database_ends_too(keyword: str, text: str, found: int) -> None:
    pictures.stack(1, PatientName="a" * 60 + "=李小明", StudyDescription="a" * 64)
    key = find_key(keyword)
    assert key is not None
    assert Study.objects.filter(match(key, text, Level.STUDY)).count() == found


@pytest.mark.parametrize(
    ("keyword", "text"), [("PatientName", " ".join(f"a{number}" for number in range(21))), ("ModalitiesInStudy", "\\".join(["CT"] * 21))]
)
def test_more_values_than_a_query_holds_are_refused(keyword: str, text: str) -> None:
    key = find_key(keyword)
    assert key is not None
    with pytest.raises(InvalidInput, match="At most 20"):
        match(key, text, Level.STUDY, fuzzy=True)
