"""What a real hospital's settings refuse to start with. Not covered: TLS itself, which a proxy ends."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from config.supervisor.programs import web_options

SECRET = "production-secret-" * 4


def starts(**environment: str) -> tuple[bool, str]:
    code = "import django; django.setup(); from django.conf import settings; print(settings.DEBUG, settings.SESSION_COOKIE_SECURE)"
    given = {"DJANGO_SETTINGS_MODULE": "config.settings.production", "PATH": "/usr/bin:/bin", **environment}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(settings.BASE_DIR), env=given, capture_output=True, text=True, timeout=120, check=False
    )
    return done.returncode == 0, done.stdout + done.stderr


def test_with_a_secret_of_its_own_it_starts_without_debugging_and_with_safe_cookies(tmp_path: Path) -> None:
    assert starts(LIGHTBOX_SECRET_KEY=SECRET, LIGHTBOX_DATA=str(tmp_path)) == (True, "False True\n")


@pytest.mark.parametrize(
    ("name", "value", "said"), [("LIGHTBOX_SECRET_KEY", "short", "50 random"), ("LIGHTBOX_DICOM_TRUST_LOOPBACK", "1", "for the demo")]
)
def test_what_belongs_to_the_demo_is_refused(name: str, value: str, said: str, tmp_path: Path) -> None:
    started, output = starts(**{"LIGHTBOX_SECRET_KEY": SECRET, "LIGHTBOX_DATA": str(tmp_path), name: value})
    assert not started
    assert said in output


def test_nobody_names_their_own_address() -> None:
    """Wrong passwords are counted by address: one in a header would be the caller's own invention."""
    assert "--no-proxy-headers" in web_options()
