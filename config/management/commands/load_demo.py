"""`manage.py load_demo`: the demo hospital, with its published password; refused outside the demo."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.hospital import hospital_load
from imaging.dimse.models import RemoteNode

DEMO_FOLDER = settings.BASE_DIR / "demo" / "hospital"


class Command(BaseCommand):
    help = "Load the demo hospital: catalogue, rooms, nodes, templates and one account for each role."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Demo accounts have a published password; they are for demo settings only.")
        hospital_load(folder=DEMO_FOLDER, password=settings.DEMO_PASSWORD)
        RemoteNode.objects.filter(ae_title="STORESCP").update(port=settings.STORESCP_PORT)
        self.stdout.write("The demo hospital is loaded.")
