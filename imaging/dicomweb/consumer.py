"""Pictures as cameras and phones make them: what the Image Pixel attributes of a JPEG or PNG are (PS3.18 10.5.2.2)."""

import io

from django.utils.translation import gettext as _
from PIL import Image
from pydicom.dataset import Dataset

from imaging.archive.intake.ingest import NotUnderstood

MOST_PIXELS = 100_000_000
MODES = {"L": (1, "MONOCHROME2"), "RGB": (3, "RGB")}


def _opened(content: bytes) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(content), formats=("JPEG", "PNG"))
    except Exception as error:  # Pillow raises whatever it likes on damaged files
        raise NotUnderstood(_("Not understood: %(reason)s.") % {"reason": "its picture is no JPEG or PNG"}) from error
    if image.width * image.height > MOST_PIXELS:
        raise NotUnderstood(_("Not understood: %(reason)s.") % {"reason": "its picture is too large"})
    return image


def describe_picture(dataset: Dataset, content: bytes) -> None:
    """Add the attributes that say how the pixels lie, as the picture says itself. Raises NotUnderstood."""
    image = _opened(content)
    mode = image.mode if image.mode in MODES else "RGB"
    samples, photometric = MODES[mode]
    if image.format == "JPEG" and samples == 3:
        photometric = "YBR_FULL_422"
    dataset.Rows, dataset.Columns, dataset.SamplesPerPixel = image.height, image.width, samples
    dataset.PhotometricInterpretation = photometric
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 8, 8, 7, 0
    if samples == 3:
        dataset.PlanarConfiguration = 0
    if image.format == "JPEG":
        dataset.LossyImageCompression = "01"
        if "LossyImageCompressionMethod" not in dataset:
            dataset.LossyImageCompressionMethod = "ISO_10918_1"


def native_of_png(content: bytes) -> bytes:
    """The plain pixels of a PNG, without transparency. Raises NotUnderstood."""
    image = _opened(content)
    try:
        return (image if image.mode in MODES else image.convert("RGB")).tobytes()
    except Exception as error:
        raise NotUnderstood(_("Not understood: %(reason)s.") % {"reason": "its picture is damaged"}) from error
