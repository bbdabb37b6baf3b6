"""Set-up refuses what it would damage. Not covered: what it installs; `make test` and `make demo` on a bare machine show that."""

from pathlib import Path

import pytest

from config.setup import install


def test_a_linked_folder_of_packages_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project, elsewhere = tmp_path / "project", tmp_path / "elsewhere"
    project.mkdir()
    elsewhere.mkdir()
    (elsewhere / "kept").touch()
    for name in ("package.json", "package-lock.json"):
        (project / name).write_text("{}")
    (project / "node_modules").symlink_to(elsewhere)
    monkeypatch.setattr(install, "ROOT", project)
    with pytest.raises(install.SetupError, match="node_modules is a link"):
        install.node_packages()
    assert (elsewhere / "kept").exists()
