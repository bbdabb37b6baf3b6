"""manage.py hl7_listener: receives HL7 messages by MLLP."""

import asyncio
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from his_integration.inbound.serving import serve


class Command(BaseCommand):
    help = "Receive HL7 version 2 messages by MLLP until stopped."
    requires_system_checks = ()  # they import every page; set-up runs them

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=settings.HL7_HOST)
        parser.add_argument("--port", type=int, default=settings.HL7_PORT)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            asyncio.run(serve(options["host"], options["port"]))
        except OSError as error:
            raise CommandError(f"{options['host']}:{options['port']}: {error}. Choose another port with LIGHTBOX_HL7_PORT.") from error
