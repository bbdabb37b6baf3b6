"""Prints the DICOM conformance statement of this installation."""

from typing import Any

from django.core.management.base import BaseCommand

from imaging.dimse.conformance import statement


class Command(BaseCommand):
    help = "Prints the DICOM conformance statement, made from the running configuration."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(statement(), ending="")
