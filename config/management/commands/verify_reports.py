"""`manage.py verify_reports`: do all reports stand as they were signed? Names each that does not and fails, if any."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reporting.reports.models import Report
from reporting.reports.versions import broken_versions


class Command(BaseCommand):
    help = "Verify the hash chain of every report's versions."

    def handle(self, *args: Any, **options: Any) -> None:
        reports = Report.objects.select_related("exam").order_by("id").iterator()
        broken = [f"{report.exam.accession_number} from version {number} on" for report, number in broken_versions(reports)]
        if broken:
            raise CommandError(f"{len(broken)} reports are not as they were signed: {'; '.join(broken)}.")
        self.stdout.write("Every report stands as it was signed.")
