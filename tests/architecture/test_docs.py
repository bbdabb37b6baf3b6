"""Docs are tested: what the code has, its page has too. Not covered: whether the page says it well."""

import importlib
import pkgutil
from pathlib import Path

import pytest
from django.conf import settings
from django.dispatch import Signal

import his_integration
import imaging
import reporting
from config.environment import DECLARED
from imaging.access.roles import ROLE_ACTS, Role

DOCS = Path(settings.BASE_DIR) / "docs"


def headings(page: str) -> set[str]:
    return {line.lstrip("#").strip().strip("`") for line in (DOCS / page).read_text(encoding="utf-8").splitlines() if line.startswith("#")}


def signals() -> dict[str, Signal]:
    found: dict[str, Signal] = {}
    for app in (imaging, reporting, his_integration):
        for module in pkgutil.walk_packages(app.__path__, f"{app.__name__}."):
            if module.name.endswith(".events"):
                loaded = importlib.import_module(module.name)
                found |= {name: value for name, value in vars(loaded).items() if isinstance(value, Signal)}
    return found


def test_every_setting_has_its_row() -> None:
    importlib.import_module("config.settings.demo")
    text = (DOCS / "settings.md").read_text(encoding="utf-8")
    assert [name for name in DECLARED if f"`{name}`" not in text] == []


def test_every_event_has_its_heading() -> None:
    assert set(signals()) - headings("events.md") == set()


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_its_heading_and_its_acts(role: Role) -> None:
    text = (DOCS / "roles.md").read_text(encoding="utf-8")
    section = text.partition(f"## {role.value}\n")[2].partition("\n## ")[0]
    assert {line.split("`")[1] for line in section.splitlines() if line.startswith("- `")} == {act.value for act in ROLE_ACTS[role]}
