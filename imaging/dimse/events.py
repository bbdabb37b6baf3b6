"""News from other systems, sent inside the transaction that makes it (docs/events.md)."""

from django.dispatch import Signal

# ae_title, transaction_uid, failures ({SOP Instance UID: reason}), safe (set of SOP Instance UIDs): a system that we asked says what it
# keeps. A receiver that asked answers True.
commitment_reported = Signal()
