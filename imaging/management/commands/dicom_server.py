"""The DICOM door: echo, storage, worklist, performed steps, commitment, query and retrieve."""

import signal
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from imaging.dimse.server import DicomServer


class Command(BaseCommand):
    help = "Listens for DICOM associations until it is told to stop (SIGTERM, Ctrl-C)."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=settings.DICOM_HOST)
        parser.add_argument("--port", type=int, default=settings.DICOM_PORT)

    def handle(self, *args: Any, **options: Any) -> None:
        server = DicomServer(options["host"], options["port"])

        def stop(number: int, frame: FrameType | None) -> None:
            server.stop()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        self.stdout.write(f"{settings.AE_TITLE} listens on {options['host']}:{server.port}")
        server.serve()
