"""Filling the library from a data file."""

import json
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from imaging.common.errors import InvalidInput
from imaging.orders.models import Procedure
from reporting.templates_library.models import Macro, ReportLanguage, ReportTemplate

PLAIN_FIELDS = ("name", "name_zh", "language", "modality", "body_part")


@transaction.atomic
def templates_load(*, path: Path) -> int:
    """Take over templates and shared macros from a JSON file; those with the same code are replaced. Returns how many templates.

    Procedures that the catalogue does not know are passed over. Raises InvalidInput when the file or a template in it is malformed.
    """
    content = _read(path)
    procedures = {procedure.code: procedure for procedure in Procedure.objects.all()}
    for entry in content["templates"]:
        _template_put(entry, procedures)
    for entry in content.get("macros", []):
        Macro.objects.update_or_create(owner=None, language=entry["language"], name=entry["name"], defaults={"text": entry["text"]})
    return len(content["templates"])


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidInput(_("%(path)s cannot be read as JSON: %(error)s") % {"path": path, "error": error}) from error
    if not isinstance(content, dict) or not isinstance(content.get("templates"), list):
        raise InvalidInput(_("%(path)s holds no list of templates.") % {"path": path})
    return content


def _template_put(entry: dict[str, Any], procedures: dict[str, Procedure]) -> None:
    _check(entry)
    values = {name: entry.get(name, "") for name in PLAIN_FIELDS} | {"sections": entry["sections"]}
    template, _made = ReportTemplate.objects.update_or_create(code=entry["code"], defaults=values)
    template.procedures.set([procedures[code] for code in entry.get("procedures", []) if code in procedures])


def _check(entry: dict[str, Any]) -> None:
    """Raises InvalidInput unless `entry` has a code, a known language, and sections that each have a key and a title of their own."""
    sections = entry.get("sections") or []
    keys = [part.get("key") for part in sections]
    well_formed = entry.get("code") and entry.get("language") in ReportLanguage.values and sections
    if not well_formed or not all(part.get("key") and part.get("title") for part in sections) or len(set(keys)) != len(keys):
        raise InvalidInput(
            _("Template %(code)s needs a code, a language and sections with a key and a title each.") % {"code": entry.get("code", "?")}
        )
