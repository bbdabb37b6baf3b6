"""The exam's states as a table. Not covered here: who may cause each step (see the services that call it)."""

from imaging.orders.states import MOMENTS, TRANSITIONS, ExamState


def test_every_state_says_where_it_leads() -> None:
    assert set(TRANSITIONS) == set(ExamState)


def test_a_final_report_leads_only_to_an_addendum() -> None:
    assert TRANSITIONS[ExamState.FINAL] == {ExamState.ADDENDED}


def test_nothing_leaves_cancelled() -> None:
    assert not TRANSITIONS[ExamState.CANCELLED]


def test_each_moment_belongs_to_a_state() -> None:
    assert set(MOMENTS) <= set(ExamState)
