"""Writing HL7 v2 text: values are escaped here and nowhere else."""

from collections.abc import Iterable, Mapping

from his_integration.messages.text import Delimiters, escape

STANDARD = Delimiters()


def value(text: object) -> str:
    """One escaped value; empty for None."""
    return "" if text is None else escape(str(text), STANDARD)


def composite(*parts: object) -> str:
    """Escaped components joined; empty ones at the end are left out."""
    return "^".join(value(part) for part in parts).rstrip("^")


def repeated(values: Iterable[str]) -> str:
    """Finished values joined as repetitions."""
    return "~".join(part for part in values if part)


def segment(name: str, fields: Mapping[int, str]) -> str:
    """A segment from finished fields by number; what is not named stays empty."""
    last = max((number for number, text in fields.items() if text), default=0)
    return "|".join([name, *(fields.get(number, "") for number in range(1, last + 1))])


def msh(fields: Mapping[int, str]) -> str:
    """The MSH segment: fields from 3 on; 1 and 2 are the standard delimiters."""
    return segment("MSH", {number - 1: text for number, text in fields.items()} | {1: STANDARD.msh_2})


def message(segments: Iterable[str]) -> str:
    return "".join(f"{line}\r" for line in segments if line)
