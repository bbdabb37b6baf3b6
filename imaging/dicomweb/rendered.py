"""What `rendered` may be asked for (PS3.18 8.3.5)."""

from django.http import QueryDict
from django.utils.translation import gettext as _

from imaging.archive.rendering import JPEG, PNG, Look, Window
from imaging.common.errors import InvalidInput
from imaging.dicomweb.negotiation import Wanted

FUNCTIONS = {"linear": "LINEAR", "linear-exact": "LINEAR_EXACT", "sigmoid": "SIGMOID"}
LARGEST_BOX = 8192
IMAGE_CHOICES = {JPEG: JPEG, PNG: PNG, "*/*": JPEG, "image/*": JPEG}


def rendered_type(choices: list[Wanted]) -> str | None:
    """JPEG or PNG, whichever the client likes better; None when neither will do."""
    return next((IMAGE_CHOICES[choice.media_type] for choice in choices if choice.media_type in IMAGE_CHOICES), None)


def look_from(query: QueryDict) -> Look:
    """The look that the query names. Raises InvalidInput, naming the parameter."""
    box, source = _viewport(query.get("viewport", ""))
    return Look(window=_window(query.get("window", "")), box=box, source=source, quality=_quality(query.get("quality", "")))


def _numbers(name: str, text: str) -> list[float]:
    try:
        values = [float(part) for part in text.split(",")]
    except ValueError as error:
        raise InvalidInput(_("“%(name)s” must be numbers, separated by commas.") % {"name": name}, field=name) from error
    if not all(abs(value) < 1e9 for value in values):
        raise InvalidInput(_("“%(name)s” is out of range.") % {"name": name}, field=name)
    return values


def _window(text: str) -> Window | None:
    if not text:
        return None
    *limits, function = text.split(",") if text.count(",") == 2 else (*text.split(","), "linear")
    centre_width = _numbers("window", ",".join(limits))
    if len(centre_width) != 2 or centre_width[1] <= 0 or function not in FUNCTIONS:
        raise InvalidInput(_("“window” is centre, width (above 0) and one of linear, linear-exact, sigmoid."), field="window")
    return Window(centre_width[0], centre_width[1], FUNCTIONS[function])


def _viewport(text: str) -> tuple[tuple[int, int] | None, tuple[float, float, float, float] | None]:
    if not text:
        return None, None
    values = _numbers("viewport", text)
    if len(values) not in {2, 6} or not all(1 <= side <= LARGEST_BOX for side in values[:2]):
        raise InvalidInput(_("“viewport” is width and height from 1 to 8192, and optionally a part of the picture."), field="viewport")
    source = values[2:]
    if source and not all(0 <= value <= LARGEST_BOX * 8 for value in source):
        raise InvalidInput(_("“viewport” is out of range."), field="viewport")
    if source and (source[2] < 1 or source[3] < 1):
        raise InvalidInput(_("“viewport” is out of range."), field="viewport")
    part = (source[0], source[1], source[2], source[3]) if source else None
    return (int(values[0]), int(values[1])), part


def _quality(text: str) -> int:
    if not text:
        return Look.quality
    values = _numbers("quality", text)
    if len(values) != 1 or not 1 <= values[0] <= 100:
        raise InvalidInput(_("“quality” is a number from 1 to 100."), field="quality")
    return int(values[0])
