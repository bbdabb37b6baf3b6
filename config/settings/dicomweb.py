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
DICOMWEB_THREADS = environment.number(
    "LIGHTBOX_DICOMWEB_THREADS", 8, "DICOMweb requests worked on at once by one web process; more wait for their turn."
)
DICOMWEB_ORIGINS = environment.words(
    "LIGHTBOX_DICOMWEB_ORIGINS", [], "Origins, such as https://viewer.example.org, whose pages may use DICOMweb with a token of their own."
)
STOW_METADATA_BYTES = environment.number(
    "LIGHTBOX_STOW_METADATA_BYTES",
    64 * 1024**2,
    "Largest metadata of a STOW-RS request that sends pictures beside them.",
)
DICOMWEB_OWNER_SECONDS = environment.number(
    "LIGHTBOX_DICOMWEB_OWNER_SECONDS",
    2,
    "How long DICOMweb may go on with what it knows of who calls and of which images they may see; 0 asks for every frame.",
)
DICOMWEB_KEPT_BYTES = environment.number(
    "LIGHTBOX_DICOMWEB_KEPT_BYTES",
    64 * 1024**2,
    "Memory of each web process for the metadata of series that are asked for again and again.",
)
STOW_WRITERS = environment.number("LIGHTBOX_STOW_WRITERS", 4, "Objects of one STOW-RS request that are synced to disk at the same time.")
STOW_BATCH = environment.number("LIGHTBOX_STOW_BATCH", 32, "Most objects of one STOW-RS request that are committed together.")
