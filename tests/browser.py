"""The browser that tests and the benchmark drive: Chromium from Debian, by Playwright."""

import shutil

FLAGS = ("no-sandbox", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync")
SCREEN = {"width": 1366, "height": 768}


def launch_options() -> dict[str, object]:
    """What Playwright starts it with. Raises SystemExit when there is none."""
    program = shutil.which("chromium")
    if program is None:
        raise SystemExit("chromium is not installed: as root, run make test once.")
    return {"executable_path": program, "args": [f"--{flag}" for flag in FLAGS]}
