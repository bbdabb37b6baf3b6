"""DICOMweb: what one request may cost, and who may ask from elsewhere."""

from config import environment

TRANSCODE_BYTES = environment.number(
    "LIGHTBOX_TRANSCODE_BYTES", 2 * 1024**3, "Largest object, decoded, that is sent in another transfer syntax than it is stored in."
)
TRANSCODE_MEMORY_BYTES = environment.number(
    "LIGHTBOX_TRANSCODE_MEMORY_BYTES",
    16 * 1024**2,
    "An object is turned into another transfer syntax in memory up to this size, else in a file.",
)
