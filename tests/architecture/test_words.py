"""Both languages are complete: every text that the code has is in the catalogue, and has its Chinese.

Not covered: whether the Chinese says it well; a text inside an f-string, which xgettext does not see, is refused instead.
"""

import re
import shutil
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.core.management import call_command
from pytest_django import Settings

ROOT = Path(settings.BASE_DIR)
CATALOGUE = Path("zh_Hans") / "LC_MESSAGES" / "django.po"
LOCALE = ROOT / "config" / "locale"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd0-9]*|\{\w+\}")
HIDDEN = re.compile(r"""\bf["'].*\{\s*(?:_|p?n?gettext(?:_lazy)?)\(""")


def catalogue(folder: Path = LOCALE) -> polib.POFile:
    return polib.pofile(str(folder / CATALOGUE))


def keys(entries: polib.POFile) -> set[tuple[str, str]]:
    return {(entry.msgctxt or "", entry.msgid) for entry in entries if not entry.obsolete}


def test_every_text_has_its_chinese() -> None:
    assert [entry.msgid for entry in catalogue() if not entry.translated() or entry.fuzzy] == []


def test_translations_keep_what_is_filled_in() -> None:
    wrong = []
    for entry in catalogue():
        texts = entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]
        wanted = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        wrong += [entry.msgid for text in texts if set(PLACEHOLDER.findall(text)) != wanted]
    assert wrong == []


def test_no_text_hides_in_an_f_string() -> None:
    files = [file for app in ("imaging", "reporting", "his_integration", "config") for file in (ROOT / app).rglob("*.py")]
    hidden = [str(file.relative_to(ROOT)) for file in files if HIDDEN.search(file.read_text(encoding="utf-8"))]
    assert hidden == []


def test_the_catalogue_knows_every_text_of_the_code(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """When it fails: `manage.py messages`, then give what is new its Chinese."""
    shutil.copytree(LOCALE, tmp_path / "locale")
    # A copy, because collecting leaves files beside the templates for a moment, and other tests walk those.
    tree = tmp_path / "tree"
    for part in ("imaging", "reporting", "his_integration", "config", "templates"):
        shutil.copytree(ROOT / part, tree / part, ignore=shutil.ignore_patterns("__pycache__", "locale", "*.mo"))
    settings.LOCALE_PATHS = [str(tmp_path / "locale")]
    monkeypatch.chdir(tree)
    call_command("messages", verbosity=0)
    assert keys(catalogue(tmp_path / "locale")) - keys(catalogue()) == set()
