"""Docs are tested: what the code has, its page has too. Not covered: whether the page says it well."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.dispatch import Signal
from django.urls import reverse

import his_integration
import imaging
import reporting
from config.environment import DECLARED
from imaging.access.navigation import ENTRIES
from imaging.access.roles import ROLE_ACTS, Role

ROOT = Path(settings.BASE_DIR)
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
NAMED = re.compile(r"`((?:\.ci|config|demo|docs|his_integration|imaging|reporting|static|templates|tests)/[\w./-]+)`")
LINK = re.compile(r"\]\(([^)#:]+)[^):]*\)")


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


def test_every_setting_has_its_row_and_every_row_its_setting() -> None:
    """Defaults are left out: some follow from the folder and the environment that the tests run in."""
    importlib.import_module("config.settings.demo")
    rows = [
        line.strip("| ").split(" | ") for line in (DOCS / "settings.md").read_text(encoding="utf-8").splitlines() if line.startswith("| `")
    ]
    assert {row[0].strip("`"): row[-1] for row in rows} == {name: item.doc for name, item in DECLARED.items()}


def test_every_event_has_its_heading_and_every_heading_its_event() -> None:
    assert headings("events.md") - {"Events"} == set(signals())


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_its_heading_and_its_acts(role: Role) -> None:
    text = (DOCS / "roles.md").read_text(encoding="utf-8")
    section = text.partition(f"## {role.value}\n")[2].partition("\n## ")[0]
    assert {line.split("`")[1] for line in section.splitlines() if line.startswith("- `")} == {act.value for act in ROLE_ACTS[role]}


def named(page: Path) -> Iterator[Path]:
    """What of this house a page names or links to."""
    text = page.read_text(encoding="utf-8")
    yield from (ROOT / name for name in NAMED.findall(text))
    yield from (page.parent / target for target in LINK.findall(text))


@pytest.mark.parametrize("doc", PAGES, ids=lambda doc: str(doc.relative_to(ROOT)))
def test_what_a_page_names_is_there(doc: Path) -> None:
    assert [str(path) for path in named(doc) if not path.exists() and not built(path)] == []


def built(path: Path) -> bool:
    """Made by set-up, never committed."""
    return ROOT / "static" / "build" in (path, *path.parents)


@pytest.mark.parametrize("guide", ["user_guide.md", "zh/user_guide.md"])
def test_the_guide_leads_to_every_page_of_the_rail(guide: str) -> None:
    text = (DOCS / guide).read_text(encoding="utf-8")
    assert [url for entry in ENTRIES if f"`{(url := reverse(entry.url_name))}`" not in text] == []


def test_every_folder_of_tests_is_in_the_strategy() -> None:
    text = (DOCS / "test_strategy.md").read_text(encoding="utf-8")
    folders = {path.parent.name for path in (ROOT / "tests").glob("*/__init__.py")}
    assert [name for name in sorted(folders) if f"`tests/{name}`" not in text] == []
