"""`manage.py write_docs`: the pages of docs/ that are lists of what the code has (settings, roles)."""

import importlib
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import translation

from config.environment import DECLARED
from imaging.access.roles import HOME, ROLE_ACTS, Role

SETTINGS_HEAD = """# Settings

Every setting comes from the environment. This page is written by `manage.py write_docs` and tested against the code.

| variable | default | meaning |
|---|---|---|
"""
ROLES_HEAD = """# Roles

What each role may do; written by `manage.py write_docs` from `imaging/access/roles.py` and tested against it. An act that a role
does not list is refused on every door. Which patients an act reaches is narrowed further: a clinician has the patients they referred,
and a protected patient is open only to their access list and to the technologist or radiologist who has taken the exam
(`imaging/patients/protection.py`).
"""


def settings_page() -> str:
    importlib.import_module("config.settings.demo")
    declared = sorted(DECLARED.values(), key=lambda item: item.name)
    return SETTINGS_HEAD + "".join(f"| `{item.name}` | {shown(item.default)} | {item.doc} |\n" for item in declared)


def shown(default: object) -> str:
    text = str(default).replace(str(settings.BASE_DIR), ".").replace("|", "\\|")
    return f"`{text}`" if text else "none"


def roles_page() -> str:
    parts = [ROLES_HEAD]
    for role in Role:
        acts = "".join(f"- `{act.value}` {act.label}\n" for act in sorted(ROLE_ACTS[role]))
        parts.append(f"\n## {role.value}\n\n{role.label}; begins at `{HOME[role]}`.\n\n{acts}")
    return "".join(parts)


class Command(BaseCommand):
    help = "Write docs/settings.md and docs/roles.md from the code."

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("en"):
            for name, text in (("settings.md", settings_page()), ("roles.md", roles_page())):
                (settings.BASE_DIR / "docs" / name).write_text(text, encoding="utf-8")
