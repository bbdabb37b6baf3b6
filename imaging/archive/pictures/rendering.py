"""Pictures for people: a frame through its modality and window transforms, as JPEG or PNG (PS3.18 8.3.5)."""

import io
import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from django.utils.translation import gettext as _
from PIL import Image, ImageCms
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_modality_lut, apply_voi_lut, convert_color_space

from imaging.archive.models import Instance
from imaging.archive.pictures.annotations import annotate
from imaging.archive.pictures.palette import colours
from imaging.archive.pictures.pixels import CannotDecode, frame_decode, header_for_pixels
from imaging.common.errors import InvalidInput

JPEG, PNG = "image/jpeg", "image/png"
LARGEST_SIDE = 8192


@dataclass(frozen=True)
class Window:
    centre: float
    width: float
    function: str = "LINEAR"


@dataclass(frozen=True)
class Look:
    """How a picture is wanted. `box` is the largest width and height; `source` the part of the picture, in its own pixels, as x, y, width
    and height; without width or height (0) up to its edge. `region` is the same as left, top, right and bottom in fractions of 1.
    `with_profile` embeds the sRGB profile into colour pictures."""

    window: Window | None = None
    box: tuple[int, int] | None = None
    source: tuple[float, float, float, float] | None = None
    region: tuple[float, float, float, float] | None = None
    quality: int = 88
    inverted: bool = False
    rotation: int = 0
    flipped: bool = False
    upended: bool = False
    annotations: tuple[str, ...] = ()
    with_profile: bool = False


def render(instance: Instance, frame: int = 1, look: Look | None = None, media_type: str = JPEG) -> bytes:
    """One frame as JPEG or PNG bytes.

    Raises NotFound for a frame that is not there, CannotDecode for pixels that cannot be read, InvalidInput for objects without any.
    """
    wanted = look or Look()
    image = render_image(instance, frame, wanted)
    output = io.BytesIO()
    profile = srgb_profile() if wanted.with_profile and image.mode == "RGB" else None
    if media_type == PNG:
        image.save(output, "PNG", compress_level=3, icc_profile=profile)
    else:
        image.save(output, "JPEG", quality=wanted.quality, icc_profile=profile)
    return output.getvalue()


@cache
def srgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def render_image(instance: Instance, frame: int, look: Look) -> Image.Image:
    """The same as a Pillow image, for whoever draws on it."""
    header = header_for_pixels(instance, frame)
    array = frame_decode(instance, frame, header)
    try:
        image = Image.fromarray(to_display(array, header, look.window))
    except Exception as error:  # look-up tables of damaged headers fail in many ways
        raise CannotDecode(_("The picture cannot be shown: its display values are damaged.")) from error
    fitted = _fitted(_turned(_cropped(image, look), look), header, look)
    return annotate(fitted, instance, look.annotations)


def to_display(array: np.ndarray, header: Dataset, window: Window | None) -> np.ndarray:
    """Eight-bit grey or RGB from decoded values."""
    photometric = str(header.get("PhotometricInterpretation", "MONOCHROME2"))
    if photometric == "PALETTE COLOR":
        return colours(array, header)
    if array.ndim == 3:
        return _eight_bit(convert_color_space(array, photometric, "RGB") if photometric.startswith("YBR_PARTIAL") else array)
    grey = _grey(_rescaled(array, header), header, window)
    dark_on_light = photometric == "MONOCHROME1" or header.get("PresentationLUTShape") == "INVERSE"
    return 255 - grey if dark_on_light else grey


def _rescaled(array: np.ndarray, header: Dataset) -> np.ndarray:
    """Values after the modality LUT or the rescaling (C.11.1); as stored where the header's slope or intercept is no usable number."""
    if "ModalityLUTSequence" in header:
        return apply_modality_lut(array, header)
    slope, intercept = (_number(header, keyword, usual) for keyword, usual in (("RescaleSlope", 1.0), ("RescaleIntercept", 0.0)))
    if not slope or intercept is None or (slope, intercept) == (1.0, 0.0):
        return array
    return array.astype(np.float64) * slope + intercept


def _number(header: Dataset, keyword: str, usual: float) -> float | None:
    """What the header says; `usual` where it says nothing, None where that is no number."""
    if keyword not in header:
        return usual
    try:
        value = float(header[keyword].value)
    except (TypeError, ValueError):
        return None
    return value if math.isfinite(value) else None


def _grey(values: np.ndarray, header: Dataset, window: Window | None) -> np.ndarray:
    """Real numbers that are none, as the background of parametric maps is, are black and have no part in the window."""
    known = np.isfinite(values) if values.dtype.kind == "f" else np.True_
    if known.all():
        return _windowed(values, header, window)
    least = values[known].min() if known.any() else 0.0
    return np.where(known, _windowed(np.where(known, values, least), header, window), 0).astype(np.uint8)


def _eight_bit(array: np.ndarray) -> np.ndarray:
    """Colour of any depth in eight bits; look-up tables of 16 bits keep their most significant ones."""
    if array.dtype == np.uint8:
        return array
    high = int(array.max(initial=0))
    return (array >> max(0, high.bit_length() - 8)).astype(np.uint8)


def _windowed(values: np.ndarray, header: Dataset, window: Window | None) -> np.ndarray:
    if window is None and "VOILUTSequence" in header and not header.get("WindowCenter"):
        return _stretched(apply_voi_lut(values.astype(np.int64), header, prefer_lut=True))
    chosen = window or _stored_window(header)
    return _stretched(values) if chosen is None else _linear(values.astype(np.float32), chosen)


def _stored_window(header: Dataset) -> Window | None:
    centre, width = (_first(header.get(keyword)) for keyword in ("WindowCenter", "WindowWidth"))
    if centre is None or width is None or not (math.isfinite(centre) and math.isfinite(width) and width > 0):
        return None
    return Window(centre, width, str(header.get("VOILUTFunction", "LINEAR") or "LINEAR"))


def _first(value: object) -> float | None:
    if value in (None, ""):
        return None
    return float(value[0] if hasattr(value, "__len__") and not isinstance(value, str) else value)  # type: ignore[index, arg-type]


def _linear(values: np.ndarray, window: Window) -> np.ndarray:
    """PS3.3 C.11.2.1.2: LINEAR, LINEAR_EXACT or SIGMOID. LINEAR has no width below 1: who writes one means it exactly."""
    centre, width = window.centre, max(window.width, 1e-6)
    if window.function == "SIGMOID":
        return (255.0 / (1.0 + np.exp(np.clip(-4.0 * (values - centre) / width, -60, 60)))).astype(np.uint8)
    if window.function == "LINEAR_EXACT" or width < 1:
        scaled = (values - centre) / width + 0.5
    else:
        scaled = (values - (centre - 0.5)) / max(width - 1.0, 1e-6) + 0.5
    return (np.clip(scaled, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)


def _stretched(values: np.ndarray) -> np.ndarray:
    low, high = float(values.min()), float(values.max())
    if high <= low:
        return np.zeros(values.shape, np.uint8)
    return ((values.astype(np.float32) - low) * (255.0 / (high - low))).astype(np.uint8)


def _cropped(image: Image.Image, look: Look) -> Image.Image:
    if look.region is not None:
        left, top, right, bottom = look.region
        edges = (left * image.width, top * image.height, right * image.width, bottom * image.height)
        box = [round(edge) for edge in edges]
        return image.crop((box[0], box[1], max(box[2], box[0] + 1), max(box[3], box[1] + 1)))
    if look.source is None:
        return image
    x, y, width, height = look.source
    width, height = width or image.width - x, height or image.height - y
    if x >= image.width or y >= image.height:
        raise InvalidInput(_("“viewport” lies outside the picture."), field="viewport")
    return image.crop((round(x), round(y), round(x + width), round(y + height)))


def _turned(image: Image.Image, look: Look) -> Image.Image:
    if look.inverted:
        image = Image.eval(image, lambda value: 255 - value)
    if look.flipped:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if look.upended:
        image = image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    return image.rotate(-look.rotation, expand=True) if look.rotation % 360 else image


def _fitted(image: Image.Image, header: Dataset, look: Look) -> Image.Image:
    """Inside the wanted box, with the pixels' shape kept where they are not square."""
    width, height = image.width, image.height * _aspect(header)
    box = look.box or (min(image.width, LARGEST_SIDE), min(image.height, LARGEST_SIDE))
    scale = min(box[0] / width, box[1] / height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return image if size == image.size else image.resize(size, Image.Resampling.BILINEAR if scale < 1 else Image.Resampling.BICUBIC)


def _aspect(header: Dataset) -> float:
    """Height of a pixel divided by its width."""
    shape = header.get("PixelSpacing") or header.get("PixelAspectRatio")
    if not shape or len(shape) != 2:
        return 1.0
    vertical, horizontal = float(shape[0]), float(shape[1])
    ratio = vertical / horizontal if horizontal > 0 else 1.0
    return ratio if 0.1 <= ratio <= 10 else 1.0
