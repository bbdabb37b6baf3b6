"""`manage.py load_hospital FOLDER`: departments, procedures, rooms, nodes and accounts from JSON files."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.hospital import hospital_load


class Command(BaseCommand):
    help = "Load a hospital's departments, procedures, rooms, nodes and accounts from a folder of JSON files."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        hospital_load(folder=options["folder"])
        self.stdout.write(f"Loaded {options['folder']}. New accounts cannot sign in before `manage.py changepassword NAME`.")
