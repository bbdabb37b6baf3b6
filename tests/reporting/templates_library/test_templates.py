"""Loading the library and choosing from it. Not covered: whether the seeded text is good medicine; radiologists read it."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from imaging.common.errors import InvalidInput
from imaging.orders.models import Procedure
from reporting.templates_library.choices import open_choices
from reporting.templates_library.models import Macro, ReportTemplate
from reporting.templates_library.selectors import macros_of, template_for, templates_for
from reporting.templates_library.services import templates_load
from tests import people
from tests.reporting import stories

pytestmark = pytest.mark.django_db
SEED = Path(settings.BASE_DIR) / "demo" / "hospital" / "templates.json"
CODES = ("CT-HEAD", "CT-CHEST", "MR-BRAIN", "DX-CHEST", "US-ABDOMEN", "MG-SCREEN", "XA-CORONARY", "ES-GASTRO", "PET-CT")


@pytest.fixture
def hospital() -> None:
    call_command("load_demo", verbosity=0)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("code", CODES)
def test_every_demo_procedure_has_its_own_template_in_both_languages(hospital: None, code: str, language: str) -> None:
    exam = stories.finished_exam(procedure=Procedure.objects.get(code=code))
    template = template_for(exam=exam, language=language)
    assert template.procedures.filter(code=code).exists()
    assert template.language == language
    assert {"findings", "impression"} <= {part["key"] for part in template.sections if part["required"]}


def test_the_best_fit_comes_first_then_wider_ones(hospital: None) -> None:
    exam = stories.finished_exam(procedure=Procedure.objects.get(code="CT-CHEST"))
    codes = [template.code for template in templates_for(exam=exam, language="en")]
    assert codes[0] == "ct-chest.en"
    assert codes.index("general-ct.en") < codes.index("general.en")
    assert "ct-head.en" not in codes


def test_an_exam_with_contrast_never_begins_with_the_plain_text(hospital: None) -> None:
    for code in ("CT-HEAD-C", "CT-CHEST-C", "CT-PULM-A", "MR-BRAIN-C"):
        template = template_for(exam=stories.finished_exam(procedure=Procedure.objects.get(code=code)), language="en")
        assert "contrast" in template.sections[0]["text"] and "without contrast" not in template.sections[0]["text"]


def test_a_procedure_without_a_template_of_its_own_gets_the_one_of_its_modality_or_the_general_one(hospital: None) -> None:
    spine = stories.finished_exam(procedure=Procedure.objects.get(code="CT-LSPINE"))
    colon = stories.finished_exam(procedure=Procedure.objects.get(code="ES-COLON"))
    assert template_for(exam=spine, language="en").code == "general-ct.en"
    assert template_for(exam=colon, language="zh-hans").code == "general.zh"


def test_loading_twice_doubles_nothing(hospital: None) -> None:
    before = ReportTemplate.objects.count(), Macro.objects.count()
    templates_load(path=SEED)
    assert (ReportTemplate.objects.count(), Macro.objects.count()) == before


@pytest.mark.parametrize(
    "content",
    ["not json", "[]", json.dumps({"templates": [{"code": "x", "language": "fr", "sections": [{"key": "a", "title": "A"}]}]}),
     json.dumps({"templates": [{"code": "x", "language": "en", "sections": []}]}),
     json.dumps({"templates": [{"code": "x", "language": "en", "sections": [{"key": "a", "title": "A"}] * 2}]})],
)  # fmt: skip
def test_a_malformed_file_says_so_and_loads_nothing(tmp_path: Path, content: str) -> None:
    path = tmp_path / "templates.json"
    path.write_text(content)
    with pytest.raises(InvalidInput):
        templates_load(path=path)
    assert ReportTemplate.objects.count() == 0


def test_choices_are_found_and_other_brackets_are_text() -> None:
    text = "[18F]FDG, [? MBq]; nodes [not enlarged|enlarged]. See [1]."
    assert open_choices(text) == ["[? MBq]", "[not enlarged|enlarged]"]


def test_one_sees_ones_own_macros_and_the_shared_ones() -> None:
    Macro.objects.create(name="ok", language="en", text="Normal.")
    Macro.objects.create(name="mine", language="en", text="Mine.", owner=people.radiologist())
    assert {macro.name for macro in macros_of(user=people.radiologist(), language="en")} == {"ok", "mine"}
    assert {macro.name for macro in macros_of(user=people.resident(), language="en")} == {"ok"}
