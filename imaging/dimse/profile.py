"""What a scanner can show: a worklist answer brought into the name groups, letters and lengths of its profile (`Station`)."""

from typing import Any

from imaging.archive.intake.values import IN_CHARSET, NAME_GROUPS, Json
from imaging.common.pinyin import has_han, romanised, romanised_name
from imaging.scheduling.models import Station

ALPHABETIC, IDEOGRAPHIC, PHONETIC = NAME_GROUPS
LONGEST_GROUP = 64


def is_plain(station: Station) -> bool:
    """Whether the scanner is sent everything as we hold it."""
    groups = station.sends_alphabetic and station.sends_ideographic and station.sends_phonetic
    return bool(groups and not station.is_latin_only and not station.is_upper_case and station.name_length >= LONGEST_GROUP)


def shaped(answer: Json, station: Station | None) -> Json:
    """`answer` as `station` can show it; as it is for a scanner that we do not know."""
    if station is None or is_plain(station):
        return answer
    return {tag: _element(element, station) for tag, element in answer.items()}


def _element(element: Json, station: Station) -> Json:
    vr, values = element["vr"], element.get("Value")
    if not values or (vr not in IN_CHARSET and vr != "SQ"):
        return element
    if vr == "SQ":
        return {"vr": vr, "Value": [shaped(item, station) for item in values]}
    changed = [_name(value, station) if vr == "PN" else _text(value, station) for value in values]
    kept = [value for value in changed if value]
    return {"vr": vr, "Value": kept} if kept else {"vr": vr}


def _text(value: Any, station: Station) -> Any:
    return romanised(str(value)) if station.is_latin_only and value and not str(value).isascii() else value


def _name(value: Any, station: Station) -> Json:
    """The groups that the scanner takes. A name is never left out: one that has only groups that are not sent goes as its pinyin."""
    groups: Json = dict(value) if isinstance(value, dict) else {}
    first = groups.get(ALPHABETIC, "")
    if station.is_latin_only and (not first or not first.isascii()):
        first = romanised_name(first or groups.get(IDEOGRAPHIC) or groups.get(PHONETIC, ""))
    sent = {
        ALPHABETIC: first if station.sends_alphabetic else "",
        IDEOGRAPHIC: groups.get(IDEOGRAPHIC, "") if station.sends_ideographic and not station.is_latin_only else "",
        PHONETIC: groups.get(PHONETIC, "") if station.sends_phonetic and not station.is_latin_only else "",
    }
    if not any(sent.values()):
        fallback = first or groups.get(IDEOGRAPHIC) or groups.get(PHONETIC, "")
        sent[ALPHABETIC] = romanised_name(fallback) if has_han(fallback) else fallback
    return {group: cut for group, text in sent.items() if (cut := _cut(text.upper() if station.is_upper_case else text, station))}


def _cut(text: str, station: Station) -> str:
    return text[: station.name_length].rstrip("^ ")
