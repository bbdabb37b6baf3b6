"""How far a search looks. Not covered: what it costs in a large archive (`make bench ONLY=search`)."""

import pytest

from imaging.archive.search.breadth import breadth_of
from imaging.archive.search.query_keys import Level, find_key


@pytest.mark.parametrize(
    ("keyword", "value", "looks_everywhere"),
    [
        ("PatientID", "P17", True), ("PatientID", "P*", True), ("PatientID", "P01*7", True), ("PatientID", "P*7", False),
        ("PatientID", "?17", False), ("PatientID", "*", False), ("PatientName", "LIN^Mei*", True), ("PatientName", "L*Mei", False),
        ("PatientName", "=林*", True), ("PatientName", "LIN*=*华", False), ("PatientName", "*Mei", False), ("PatientName", "^^", False),
        ("StudyDate", "20260301", True), ("StudyDate", "20260301-20260331", True), ("StudyDate", "20260301-", False),
        ("StudyInstanceUID", "1.2.3", True), ("ModalitiesInStudy", "CT", False), ("StudyDescription", "HEAD", False),
    ],
)  # fmt: skip
def test_only_what_an_index_finds_few_by_is_looked_for_everywhere(keyword: str, value: str, looks_everywhere: bool) -> None:
    key = find_key(keyword)
    assert key is not None
    assert (breadth_of([(key, value)], Level.STUDY).studies is None) is looks_everywhere
