"""Decoding pixel data that others wrote: in processes of their own, which may be killed (a codec is the likeliest place for a hole)."""

from config import environment

DECODERS = environment.number(
    "LIGHTBOX_DECODERS", 2, "Decoder processes that each web, Celery and DICOM process may have; started when needed."
)
DECODER_BYTES = environment.number(
    "LIGHTBOX_DECODER_BYTES", 3 * 1024**3, "Address space of a decoder process; a picture that needs more cannot be shown."
)
DECODER_SECONDS = environment.number("LIGHTBOX_DECODER_SECONDS", 30, "Longest time for decoding one picture; the decoder is killed then.")
DECODER_JOBS = environment.number(
    "LIGHTBOX_DECODER_JOBS", 2000, "Pictures after which a decoder is replaced, so that leaks of codecs stay small."
)
FFMPEG = environment.text(
    "LIGHTBOX_FFMPEG",
    "ffmpeg",
    "Program that reads the first picture of a video for lists, where it is installed, within a decoder's bounds; empty for a drawn sign.",
)
