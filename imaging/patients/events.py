"""News about patients, sent inside the transaction that makes it (docs/events.md)."""

from django.dispatch import Signal

# survivor, retired, moved (dict that a receiver may add to, so that the merge can be undone): rows of `retired` belong to `survivor` now
patient_merged = Signal()
# survivor, retired, moved: give back what `moved` names
patient_unmerged = Signal()
