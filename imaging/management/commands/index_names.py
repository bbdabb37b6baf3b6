"""`manage.py index_names`: the pinyin and initials by which patients of studies stored by an earlier version are found."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from imaging.archive.search.name_words import names_fill

BATCH = 500
TOLD_EVERY = 20


class Command(BaseCommand):
    help = "Fills in the words by which names are searched, for studies stored by an earlier version. Safe while everything runs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--after", type=int, default=0, help="Go on after this study number, as an earlier run told it.")
        parser.add_argument("--batch", type=int, default=BATCH, help=f"Studies in one transaction ({BATCH}).")

    def handle(self, *args: Any, after: int, batch: int, **options: Any) -> None:
        studies = words = number = 0
        try:
            while filled := names_fill(after=after, most=batch):
                after, number = filled.last, number + 1
                studies, words = studies + filled.studies, words + filled.words
                if number % TOLD_EVERY == 0:
                    self.stdout.write(f"{studies} studies, {words} words added; goes on with --after {after}")
        except KeyboardInterrupt:
            self.stdout.write(f"Stopped after {studies} studies; go on with --after {after}")
            return
        self.stdout.write(f"Done: {studies} studies, {words} words added.")
