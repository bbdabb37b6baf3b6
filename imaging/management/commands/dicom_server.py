"""The DICOM door: echo, storage, worklist, performed steps, commitment, query and retrieve."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from imaging.dimse.processes import serve_alone, serve_together
from imaging.dimse.server import listen


class Command(BaseCommand):
    help = "Listens for DICOM associations until it is told to stop (SIGTERM, Ctrl-C)."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=settings.DICOM_HOST)
        parser.add_argument("--port", type=int, default=settings.DICOM_PORT)
        parser.add_argument("--processes", type=int, default=settings.DICOM_PROCESSES)

    def handle(self, *args: Any, **options: Any) -> None:
        listeners = listen(options["host"], options["port"])
        doors = [listener.getsockname()[1] for listener in listeners]
        self.stdout.write(f"{settings.AE_TITLE} listens on {options['host']}:{', TLS '.join(map(str, doors))}")
        if options["processes"] > 1:
            serve_together(listeners, options["processes"])
        else:
            serve_alone(listeners)
