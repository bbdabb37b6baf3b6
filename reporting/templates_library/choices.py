"""Open choices in report text: `[a|b|c]` wants one of them, `[? size]` wants a value. Other brackets, as in [18F]FDG, are text."""

import re
from collections.abc import Iterable
from typing import TypedDict

OPEN = re.compile(r"\[(?:\?[^\[\]]*|[^\[\]|]*\|[^\[\]]*)\]")


class Section(TypedDict):
    """A part of a report's text."""

    key: str
    title: str
    text: str
    required: bool


def open_choices(text: str) -> list[str]:
    """The choices and values in `text` that nobody has settled yet, as written, in order."""
    return OPEN.findall(text)


def section(key: str, title: str, text: str = "", *, required: bool = False) -> Section:
    return {"key": key, "title": title, "text": text, "required": required}


def is_touched(sections: Iterable[Section], template_sections: Iterable[Section]) -> bool:
    """Whether somebody wrote anything beyond what the template began with."""
    begun = {part["key"]: part["text"].strip() for part in template_sections}
    return any(part["text"].strip() != begun.get(part["key"], "") for part in sections)
