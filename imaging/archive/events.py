"""News from the archive, sent inside the transaction that makes it (docs/events.md)."""

from django.dispatch import Signal

# study: new instances of this study are durable
study_received = Signal()
# study, exam, user (None when matched by itself): the study now belongs to the exam
study_matched = Signal()
# study: no image of it came for a while; small pictures and the like can be prepared (not a sign that it is complete)
study_settled = Signal()
# study, exam: images of it were received after the exam's report was signed
images_late = Signal()
# series (list), study: these series belong to `study` from now on, by a correction or by its taking back
series_moved = Signal()
# case: a system asks, with a rejection note, to hide images (IHE IOCM); whether it may is for the receiver to say
rejection_requested = Signal()
# study, instances (queryset), keep (set of keys): these images are about to be deleted. A receiver takes away what hangs on them, and
# adds to `keep` what must stay because something that is kept shows it; it raises Conflict when now is not the time.
images_deleting = Signal()
