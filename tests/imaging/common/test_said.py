"""Sentences that are kept and told to each reader in their own language. Not covered: who keeps them (their own tests)."""

import pytest
from django.utils.translation import override

from imaging.common.errors import LightboxError
from imaging.common.said import Said, kept, now, retold, said, twins, words_of

SENTENCE = "%(ae_title)s at %(host)s:%(port)s does not answer."
VALUES = {"ae_title": "CT1", "host": "ct1", "port": 104}
IN_CHINESE = "CT1（ct1:104）无应答。"


def test_what_one_language_said_is_told_in_another() -> None:
    with override("zh-hans"):
        text = said(SENTENCE) % VALUES
        assert text == IN_CHINESE
        fields = kept(text, 400)
    assert fields == {"error": SENTENCE, "error_values": VALUES}
    with override("en"):
        assert retold(fields["error"], fields["error_values"]) == "CT1 at ct1:104 does not answer." == now(text)
    with override("zh-hans"):
        assert retold(fields["error"], fields["error_values"]) == IN_CHINESE


def test_text_that_is_no_sentence_stays_as_it_is() -> None:
    assert kept("A900 %(odd)s 100 %", 6) == {"error": "A900 %", "error_values": None}
    for text in ("", "A900 100 %", SENTENCE):
        assert retold(text, None) == text == now(text)


@pytest.mark.parametrize(("text", "values"), [("%(gone)s", {"other": 1}), ("%d", {"a": 1}), ("100 %", {"a": 1})])
def test_a_sentence_whose_values_do_not_fit_any_more_comes_as_it_was_kept(text: str, values: dict[str, int]) -> None:
    assert retold(text, values) == text


def test_a_sentence_without_values_is_told_too() -> None:
    with override("zh-hans"):
        assert retold(**{"text": "The connection was lost before an answer came.", "values": {}}).endswith("。")


def test_long_values_are_cut_and_odd_ones_are_text() -> None:
    fields = kept(said("%(a)s %(b)s") % {"a": "x" * 1000, "b": 1.5}, 400)
    assert fields["error_values"] == {"a": "x" * 200, "b": "1.5"}


def test_an_error_hands_its_sentence_on() -> None:
    assert isinstance(words_of(LightboxError(said(SENTENCE) % VALUES)), Said)
    assert words_of(ValueError("odd")) == "odd"


def test_both_languages_for_a_line_that_is_kept() -> None:
    with override("zh-hans"):
        line = twins("error", said(SENTENCE) % VALUES, ae_title="CT1")
    assert line == {"ae_title": "CT1", "error": "CT1 at ct1:104 does not answer.", "error_zh": IN_CHINESE}
