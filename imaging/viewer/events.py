"""News from the viewer, sent inside the transaction that makes it (docs/events.md)."""

from django.dispatch import Signal

# study, user: a key image was kept, changed or taken away
key_images_changed = Signal()
