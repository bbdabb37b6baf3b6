"""Several windows and monitors of one person."""

from config import environment

WINDOW_BEAT_SECONDS = environment.number(
    "LIGHTBOX_WINDOW_BEAT_SECONDS", 5, "Seconds between two signs of life by which a window with a patient is known to the others."
)
WINDOW_FORGOTTEN_SECONDS = environment.number(
    "LIGHTBOX_WINDOW_FORGOTTEN_SECONDS",
    150,
    "Seconds of silence after which a window counts as dead, and no other warns of its patient any more. "
    "Browsers let a hidden tab speak only once a minute: with less than two minutes a living one would be forgotten.",
)
VIEWER_LAYOUT_DAYS = environment.number(
    "LIGHTBOX_VIEWER_LAYOUT_DAYS", 30, "Days for which it is kept how somebody left the images of an exam that is not signed."
)
