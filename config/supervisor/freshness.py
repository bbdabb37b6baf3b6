"""Whether the last preparation still holds, told without starting Django, which is the slow part of a second start."""

from collections.abc import Iterator
from pathlib import Path

from config.settings import database, paths
from config.setup import install

MARK = "prepared"
CODE = ("config", "imaging", "reporting", "his_integration", "demo/hospital")
CODE_SUFFIXES = frozenset({".py", ".po", ".mo", ".json"})


def is_prepared() -> bool:
    """True when nothing that preparing depends on has changed. A database server may have been emptied meanwhile, so it never counts."""
    mark, file = paths.DATA_DIR / MARK, sqlite_file()
    is_there = file is not None and file.is_file() and paths.STATIC_ROOT.is_dir() and mark.is_file()
    return is_there and mark.read_text() == fingerprint()


def mark_prepared() -> None:
    (paths.DATA_DIR / MARK).write_text(fingerprint())


def sqlite_file() -> Path | None:
    settings = database.DATABASES["default"]
    return Path(settings["NAME"]) if settings["ENGINE"].endswith("sqlite3") else None


def fingerprint() -> str:
    """Our code and data by name, size and time, the packages by their lock, and the database's address."""
    return install.digest([install.ROOT / "requirements.lock"], database.DATABASE_URL, static_files(), *map(describe, code_files()))


def code_files() -> Iterator[Path]:
    for folder in CODE:
        yield from sorted(path for path in (install.ROOT / folder).rglob("*") if path.suffix in CODE_SUFFIXES)


def static_files() -> str:
    """The same for what collectstatic copies."""
    files = sorted(path for path in install.STATIC.rglob("*") if path.is_file())
    return install.digest([install.ROOT / "requirements.lock"], *map(describe, files))


def describe(path: Path) -> str:
    found = path.stat()
    return f"{path.relative_to(install.ROOT)} {found.st_size} {found.st_mtime_ns}"
