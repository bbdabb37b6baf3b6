"""Sentences that are kept in a row and told to each reader in their own language.

    from imaging.common.said import said as _

    raise PeerLost(_("%(node)s answered with %(status)s") % {"node": node.ae_title, "status": "A700"})

is text as any other, and still knows its sentence and its values.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, override

LONGEST_VALUE = 200


class Said(str):
    """A sentence in the language of the moment, with what it was made of."""

    __slots__ = ("sentence", "values")
    sentence: str
    values: Mapping[str, Any]

    def __new__(cls, sentence: str, values: Mapping[str, Any] | None = None) -> "Said":
        made = super().__new__(cls, gettext(sentence) % values if values else gettext(sentence))
        made.sentence, made.values = sentence, values or {}
        return made

    def __mod__(self, values: Mapping[str, Any]) -> "Said":
        return Said(self.sentence, values)


said = Said


def words_of(error: Exception) -> str:
    """What `error` says, as a sentence that can be told again where it was made as one."""
    message = getattr(error, "message", None)
    return message if isinstance(message, Said) else str(error)


def kept(text: str, limit: int) -> dict[str, Any]:
    """The fields `error` and `error_values` of a row: a sentence in English and its values, or any other text as it is and None."""
    if not isinstance(text, Said):
        return {"error": text[:limit], "error_values": None}
    values = {name: value if isinstance(value, int) else str(value)[:LONGEST_VALUE] for name, value in text.values.items()}
    return {"error": text.sentence[:limit], "error_values": values}


def retold(text: str, values: Mapping[str, Any] | None) -> str:
    """What `kept` has kept, in the language of the moment. A sentence that a later release says otherwise comes in English."""
    if not text or values is None:
        return text
    try:
        return gettext(text) % values if values else gettext(text)
    except (KeyError, TypeError, ValueError):
        return text


def now(text: str) -> str:
    """`text` in the language of the moment, whatever it was when it was made."""
    return Said(text.sentence, text.values) if isinstance(text, Said) else text


def twins(name: str, text: str, **others: Any) -> dict[str, Any]:
    """`text` as a param of an exam's time-line, with its twin in Chinese, among `others`."""
    with override("en"):
        english = str(now(text))
    with override("zh-hans"):
        return {**others, name: english, f"{name}_zh": str(now(text))}
