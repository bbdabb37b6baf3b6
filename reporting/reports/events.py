"""News about reports, sent inside the transaction that makes it (docs/events.md). Each carries `report`, `version` and `user`."""

from django.dispatch import Signal

# report, version, user: a preliminary version is out
report_preliminary = Signal()
# report, version, user: the final version is signed
report_signed = Signal()
# report, version, user: an addendum or a corrected version is signed (version.kind tells which)
report_addended = Signal()
