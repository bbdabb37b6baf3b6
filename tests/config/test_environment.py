"""Settings read from the environment. Not covered: that each has its page (tests/architecture/test_docs.py)."""

import datetime as dt

import pytest

from config import environment

DAY = {"modality": "CT", "day": dt.date(2026, 11, 23)}


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test declares is forgotten after it."""
    monkeypatch.setattr(environment, "DECLARED", {})


@pytest.mark.parametrize("pattern", ["{modality}{day:%y%m%d}{number:05d}", "{number}", "{day:%Y}/{number:06d}"])
def test_a_numbering_that_counts_is_taken(monkeypatch: pytest.MonkeyPatch, pattern: str) -> None:
    monkeypatch.setenv("LIGHTBOX_X", pattern)
    assert environment.numbering("LIGHTBOX_X", "{number}", "", **DAY) == pattern


@pytest.mark.parametrize("pattern", ["CT{day:%y%m%d}", "{nummer}", "{number", "{}", "{number:05x!}", "{day.no}{number}"])
def test_a_numbering_that_does_not_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch, pattern: str) -> None:
    monkeypatch.setenv("LIGHTBOX_X", pattern)
    with pytest.raises(ValueError, match="LIGHTBOX_X"):
        environment.numbering("LIGHTBOX_X", "{number}", "", **DAY)
