"""Collects every text for gettext into config/locale: English is the source, Chinese the catalogue."""

from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands import makemessages

LOCALES = ["zh_Hans"]
# A guessed translation is worse than none: it would be shown as if somebody had written it.
EXACT = ["--no-fuzzy-matching"]
ONE_LINE = "--no-wrap"


class Command(makemessages.Command):
    help = "Collect the texts of templates and code into config/locale."

    def add_arguments(self, parser: CommandParser) -> None:
        """Everything that makemessages asks is settled here."""

    def handle(self, *args: Any, **options: Any) -> None:
        self.msgmerge_options = [*self.msgmerge_options, *EXACT, ONE_LINE]
        settled = {
            "locale": LOCALES,
            "exclude": [],
            "domain": "django",
            "all": False,
            "extensions": ["html", "txt", "py"],
            "symlinks": False,
            "ignore_patterns": ["node_modules", ".venv", "var", "tests", "static"],
            "use_default_ignore_patterns": True,
            "no_wrap": True,
            "no_location": True,
            "add_location": None,
            "no_obsolete": True,
            "keep_pot": False,
        }
        super().handle(*args, **{**options, **settled})
