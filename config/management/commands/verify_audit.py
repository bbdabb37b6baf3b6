"""`manage.py verify_audit`: is the audit chain whole? Names the first broken link and fails, if not."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from imaging.access.chain import broken_links, last_row_is_missing
from imaging.access.models import AuditEvent


class Command(BaseCommand):
    help = "Verify the hash chain of the audit trail."

    def handle(self, *args: Any, **options: Any) -> None:
        first = next(broken_links(AuditEvent.objects.order_by("id").iterator()), None)
        if first is not None:
            raise CommandError(f"The audit chain is broken at row {first.pk} ({first.at.isoformat()}, {first.act}).")
        if last_row_is_missing():
            raise CommandError("The audit chain is broken at its end: the rows that were added last are gone.")
        self.stdout.write("The audit chain is whole.")
