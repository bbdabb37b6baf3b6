"""Templates keep to the content policy and to the shared parts.

Not covered: what a view writes into a response by hand (there should be none).
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

ROOT = Path(settings.BASE_DIR)
TEMPLATES = ROOT / "templates"
PAGES = sorted(TEMPLATES.rglob("*.html"))
PAPER = re.compile(r"(?:documents|print|slip|label|receipt|report_pdf)")
INLINE = re.compile(r"""\sstyle\s*=|\son[a-z]+\s*=\s*["']|\shx-on|<style[\s>]|javascript:|<script(?![^>]*\ssrc=)""", re.IGNORECASE)
ICON = re.compile(r"""\{%\s*icon\s+["']([^"']+)["']""")


def icons() -> set[str]:
    lines = (ROOT / "static" / "icons.txt").read_text(encoding="utf-8").splitlines()
    return {line.strip() for line in lines if line.strip() and not line.startswith("#")}


def found(pattern: re.Pattern[str], pages: list[Path]) -> Iterator[str]:
    for page in pages:
        for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
            for match in pattern.finditer(line):
                yield f"{page.relative_to(ROOT)}:{number}: {match[0]}"


@pytest.mark.parametrize("template", PAGES, ids=lambda template: str(template.relative_to(TEMPLATES)))
def test_every_template_compiles(template: Path) -> None:
    get_template(str(template.relative_to(TEMPLATES)))


def test_nothing_inline_that_the_content_policy_blocks() -> None:
    screens = [page for page in PAGES if not PAPER.search(str(page.relative_to(TEMPLATES)))]
    assert list(found(INLINE, screens)) == []


def test_every_icon_is_in_the_sprite() -> None:
    known = icons()
    assert [place for place in found(ICON, PAGES) if ICON.search(place) and ICON.search(place)[1] not in known] == []


def test_states_and_priorities_are_never_hand_made() -> None:
    mine = {TEMPLATES / "_state.html", TEMPLATES / "_priority.html", TEMPLATES / "_protected.html"}
    assert list(found(re.compile(r'class="(?:state state-|priority |protected)'), [page for page in PAGES if page not in mine])) == []


def test_the_viewer_writes_what_images_say_as_text_only() -> None:
    markup = re.compile(r"\b(?:innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc|createContextualFragment)\b")
    assert list(found(markup, sorted((ROOT / "static" / "viewer" / "src").rglob("*.ts")))) == []
