"""The demo hospital: known passwords and a trusting DICOM door, so it listens on this machine alone."""

import os
import secrets

from config import environment
from config.settings.base import *  # noqa: F403
from config.settings.paths import DATA_DIR
from config.settings.security import SECRET_KEY as GIVEN_SECRET_KEY


def _kept_secret() -> str:
    path = DATA_DIR / "secret_key"
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text()


SECRET_KEY = GIVEN_SECRET_KEY or _kept_secret()
DEMO = True
DEMO_PASSWORD = "lightbox-demo"  # noqa: S105  the demo's published password; production settings know none
DEMO_TRAFFIC = environment.flag("LIGHTBOX_DEMO_TRAFFIC", True, "0 starts an empty hospital without patients and without the simulated day.")
DICOM_TRUST_LOOPBACK = True
HL7_PROCESSING_IDS = ["P", "T", "D"]
