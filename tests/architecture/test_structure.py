"""The shape of the house, kept by a machine. Layers are import-linter's; this covers what it does not see.

Not covered: whether a name is the field's word, and whether a file stands in the right slice; reviews see to that.
"""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

ROOT = Path(settings.BASE_DIR)
APPS = ("imaging", "reporting", "his_integration")
RANK = {"imaging": 0, "reporting": 1, "his_integration": 2}
IMAGING_RANK = ["common", "access", "patients", "orders", "scheduling", "archive", "dimse", "routing", "viewer", "dicomweb"]
FILE_LINES = 400
FUNCTION_LINES = 50
TOP_LEVEL = {
    *("manage.py", "pyproject.toml", "README.md", "imaging", "his_integration", "reporting", "templates", "static", "tests"),
    *("config", "demo", "docs", ".ci", "Makefile", "requirements.lock", "package.json", "package-lock.json", "tsconfig.json"),
    *(".gitignore", ".npmrc", "LICENSE"),
}


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z", "--", *patterns], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name and (ROOT / name).exists()]


def python_files() -> list[Path]:
    return [path for path in tracked("*.py") if "migrations" not in path.parts]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def slice_rank(model: type[models.Model]) -> tuple[int, int]:
    app, slice_name = model.__module__.split(".")[:2]
    return RANK[app], IMAGING_RANK.index(slice_name) if app == "imaging" else 0


def foreign_keys() -> Iterator[tuple[type[models.Model], type[models.Model]]]:
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, models.ForeignKey | models.ManyToManyField) and field.related_model not in {None, "self"}:
                yield model, field.related_model


def test_foreign_keys_point_down_like_imports() -> None:
    ours = [(low, high) for low, high in foreign_keys() if low.__module__.split(".")[0] in APPS and high.__module__.split(".")[0] in APPS]
    assert ours
    upward = [f"{low.__name__} -> {high.__name__}" for low, high in ours if slice_rank(low) < slice_rank(high)]
    assert upward == []


def test_no_file_grows_beyond_what_one_sitting_reads() -> None:
    files = [*python_files(), *tracked("*.ts", "*.html", "*.css")]
    long = {
        str(path.relative_to(ROOT)): lines for path in files if (lines := len(path.read_text(encoding="utf-8").splitlines())) > FILE_LINES
    }
    assert long == {}


def test_no_function_grows_beyond_a_screen() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.name}"
        for path in python_files()
        for node in functions(path)
        if (node.end_lineno or 0) - node.lineno >= FUNCTION_LINES
    ]
    assert long == []


def test_no_model_signals() -> None:
    banned = ("post_save", "pre_save", "post_delete", "pre_delete", "m2m_changed")
    users = [
        str(path.relative_to(ROOT))
        for path in python_files()
        if path.parts[-3] != "architecture"
        and any(f"{word}" in path.read_text(encoding="utf-8") for word in banned)
        and "tests" not in path.parts
    ]
    assert users == []


def test_nothing_stands_at_the_top_that_was_not_meant_to() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in tracked()} <= TOP_LEVEL


def test_templates_hold_no_inline_script_or_style() -> None:
    offenders = [
        str(path.relative_to(ROOT))
        for path in tracked("templates/*.html", "templates/**/*.html")
        if "pdf" not in path.stem and (" style=" in (text := path.read_text(encoding="utf-8")) or " onclick=" in text or "<style" in text)
    ]
    assert offenders == []


def test_the_demo_and_the_apps_do_not_know_each_other() -> None:
    def imports(path: Path) -> set[str]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        return {name.split(".")[0] for name in names | {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}}

    for path in tracked("demo/*.py", "demo/**/*.py"):
        assert not imports(path) & {*APPS, "config", "django"}, path
    for path in tracked(*(f"{app}/**/*.py" for app in (*APPS, "config"))):
        assert "demo" not in imports(path), path


@pytest.mark.parametrize("app", APPS)
def test_every_slice_says_what_it_is(app: str) -> None:
    nameless = [
        str(path.relative_to(ROOT))
        for path in python_files()
        if path.relative_to(ROOT).parts[0] == app
        and path.name not in {"__init__.py", "urls.py", "apps.py"}
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert nameless == []


def test_every_test_module_opens_with_what_it_does_not_cover() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in tracked("tests/**/test_*.py")
        if "ot covered" not in (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "")
    ]
    assert silent == []


def test_lock_files_name_no_address() -> None:
    for name in ("requirements.lock", "package-lock.json"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "resolved" not in text
        assert "--index-url" not in text
        assert not any(line.strip().startswith(("http://", "https://", "--find-links", "-f ")) for line in text.splitlines())
