"""A key image of a picture that lost something says so, wherever it is drawn. Not covered: the viewer's own mark (tests/e2e)."""

import io
from typing import Any

import numpy as np
import pytest
from django.utils import translation
from PIL import Image

from imaging.viewer.lossy import lossy_mark
from imaging.viewer.models import KeyImage
from imaging.viewer.pictures import key_image_picture
from tests import people
from tests.imaging import pictures
from tests.imaging.viewer.objects.marked import key, slices

BASELINE, LOSSLESS, PLAIN = "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.1"


def said(flag: str = "", *ratio: Any) -> dict[str, Any]:
    return {"00282110": {"vr": "CS", "Value": [flag]}, "00282112": {"vr": "DS", "Value": list(ratio)}}


@pytest.mark.parametrize(
    ("metadata", "syntax", "shown"),
    [
        (said("01", 10.4), PLAIN, "Lossy 10:1"), (said("01", 12, 3), PLAIN, "Lossy 12:1"), (said("01"), LOSSLESS, "Lossy"),
        ({}, BASELINE, "Lossy"), (said("00"), BASELINE, "Lossy"), (said("00", 10), LOSSLESS, ""), ({}, PLAIN, ""),
        (said("01", "much"), PLAIN, "Lossy"), (said("01", None), PLAIN, "Lossy"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_picture(metadata: dict[str, Any], syntax: str, shown: str) -> None:
    assert lossy_mark(metadata, syntax) == shown
    with translation.override("zh-hans"):
        assert lossy_mark(metadata, syntax) == shown.replace("Lossy", "有损")


def corner(image: KeyImage) -> np.ndarray:
    """Below at the left, where neither letters nor measurements stand."""
    picture = np.asarray(Image.open(io.BytesIO(key_image_picture(image))).convert("RGB")).astype(int)
    return picture[-40:, :160]


@pytest.mark.django_db
def test_it_is_drawn_on_the_key_image() -> None:
    lossy = {"LossyImageCompression": "01", "LossyImageCompressionRatio": 10}
    plain, marked = (key(people.radiologist(), slices(pictures.stack(1, **more))[0]) for more in ({}, lossy))
    amber = [(one[..., 0] - one[..., 2] > 100).sum() for one in map(corner, (plain, marked))]
    assert amber[0] == 0
    assert amber[1] > 50
