"""includefield (PS3.18 8.3.4.3): what comes with a match beyond the usual, by keyword, by tag, or by the way into a sequence."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from pydicom.datadict import dictionary_VR, tag_for_keyword

Json = dict[str, Any]
DEEPEST = 8
MOST_FIELDS = 200


@dataclass
class Include:
    """`everything` that is kept, or `fields`: tags, each with what of its items is wanted; empty for all of them."""

    everything: bool = False
    fields: dict[str, "Include"] = field(default_factory=dict)


def include_of(query: QueryDict) -> Include:
    """Read the parameters. What is no attribute is left out."""
    found = Include()
    names = [name.strip() for value in query.getlist("includefield") for name in value.split(",")]
    for name in names[:MOST_FIELDS]:
        if name.lower() == "all":
            found.everything = True
        else:
            _add(found, [tag_of(step) for step in name.split(".")[:DEEPEST]])
    return found


def _add(include: Include, steps: list[str | None]) -> None:
    if not all(steps):
        return
    for step in steps:
        include = include.fields.setdefault(str(step), Include())


def tag_of(name: str) -> str | None:
    """A keyword or a tag as eight hexadecimal digits; None for what is neither."""
    if len(name) == 8 and all(char in "0123456789abcdefABCDEF" for char in name):
        return name.upper()
    number = tag_for_keyword(name)
    return None if number is None else f"{number:08X}"


def kept(attributes: Json, include: Include, always: Iterable[str] = (), *, absent_too: bool = False) -> Json:
    """Of `attributes` those that are asked for, and those that come `always`, these also without a value.

    `absent_too`: what is asked for and not there comes without a value as well.
    """
    found = {tag: attributes.get(tag) or absent(tag) for tag in always}
    if include.everything:
        found |= attributes
    for tag, below in include.fields.items():
        if tag in attributes:
            found[tag] = _narrowed(attributes[tag], below)
        elif absent_too:
            found[tag] = absent(tag)
    return found


def _narrowed(element: Json, below: Include) -> Json:
    if not below.fields or element.get("vr") != "SQ":
        return element
    return {"vr": "SQ", "Value": [kept(item or {}, below) for item in element.get("Value", [])]}


def absent(tag: str) -> Json:
    """An attribute without a value, with its VR."""
    try:
        return {"vr": dictionary_VR(int(tag, 16)).split(" ")[0]}
    except KeyError:
        return {"vr": "UN"}
