"""What `rendered` may be asked for (PS3.18 8.3.5)."""

from django.http import QueryDict
from django.utils.translation import gettext as _

from imaging.archive.pictures.annotations import PATIENT, TECHNIQUE
from imaging.archive.pictures.rendering import JPEG, PNG, Look, Window
from imaging.common.errors import InvalidInput
from imaging.dicomweb.negotiation import Wanted

FUNCTIONS = {"linear": "LINEAR", "linear-exact": "LINEAR_EXACT", "sigmoid": "SIGMOID"}
PROFILES = {"": False, "no": False, "yes": True, "srgb": True}
LARGEST_BOX = 8192
Box = tuple[int, int]
Source = tuple[float, float, float, float]
IMAGE_CHOICES = {JPEG: JPEG, PNG: PNG, "*/*": JPEG, "image/*": JPEG}


def rendered_type(choices: list[Wanted]) -> str | None:
    """JPEG or PNG, whichever the client likes better; None when neither will do."""
    return next((IMAGE_CHOICES[choice.media_type] for choice in choices if choice.media_type in IMAGE_CHOICES), None)


def look_from(query: QueryDict) -> Look:
    """The look that the query names. Raises InvalidInput, naming the parameter."""
    box, source, flips = viewport_of(query.get("viewport", ""))
    return Look(
        window=_window(query.get("window", "")),
        box=box,
        source=source,
        flipped=flips[0],
        upended=flips[1],
        quality=quality_of(query.get("quality", ""), "quality"),
        annotations=annotations_of(query.get("annotation", "")),
        with_profile=_profile(query.get("iccprofile", "")),
    )


def annotations_of(text: str) -> tuple[str, ...]:
    """ "patient", "technique" or both. Raises InvalidInput."""
    wanted = tuple(sorted({word.strip() for word in text.split(",") if word.strip()}))
    if not set(wanted) <= {PATIENT, TECHNIQUE}:
        raise InvalidInput(_("“annotation” is patient, technique or both."), field="annotation")
    return wanted


def _profile(text: str) -> bool:
    if text not in PROFILES:
        raise InvalidInput(_("“iccprofile” is no, yes or srgb."), field="iccprofile")
    return PROFILES[text]


def numbers_of(name: str, text: str) -> list[float]:
    """Numbers between commas. Raises InvalidInput naming the parameter `name`."""
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
    centre_width = numbers_of("window", ",".join(limits))
    if len(centre_width) != 2 or centre_width[1] <= 0 or function not in FUNCTIONS:
        raise InvalidInput(_("“window” is centre, width (above 0) and one of linear, linear-exact, sigmoid."), field="window")
    return Window(centre_width[0], centre_width[1], FUNCTIONS[function])


def viewport_of(text: str) -> tuple[Box | None, Source | None, tuple[bool, bool]]:
    """The box to fit in, the part of the picture to show, and whether it is flipped left to right and top to bottom (PS3.18 8.3.5.1.3).

    What is left out between the commas is the whole; a negative width or height flips. Raises InvalidInput.
    """
    if not text:
        return None, None, (False, False)
    given = text.split(",")
    values = numbers_of("viewport", ",".join(part.strip() or "0" for part in given))
    if len(values) not in {2, 6} or not all(1 <= side <= LARGEST_BOX for side in values[:2]):
        raise InvalidInput(_("“viewport” is width and height from 1 to 8192, and optionally a part of the picture."), field="viewport")
    box = (int(values[0]), int(values[1]))
    if len(values) == 2:
        return box, None, (False, False)
    x, y, width, height = values[2:]
    if min(x, y) < 0 or not all(value == 0 or 1 <= abs(value) <= LARGEST_BOX * 8 for value in (width, height)):
        raise InvalidInput(_("“viewport” is out of range."), field="viewport")
    return box, (x, y, abs(width), abs(height)), (width < 0, height < 0)


def quality_of(text: str, name: str) -> int:
    """From 1 to 100. Raises InvalidInput naming the parameter `name`."""
    if not text:
        return Look.quality
    values = numbers_of(name, text)
    if len(values) != 1 or not 1 <= values[0] <= 100:
        raise InvalidInput(_("“%(name)s” is a number from 1 to 100.") % {"name": name}, field=name)
    return int(values[0])
