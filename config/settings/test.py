"""The test run: quick password hashing, throw-away folders; everything else as in the demo."""

import tempfile
from pathlib import Path

from config.settings.base import *  # noqa: F403

SECRET_KEY = "only-for-tests-" * 4
DEMO = True
DEMO_PASSWORD = "lightbox-demo"  # noqa: S105
DEMO_TRAFFIC = False
DICOM_TRUST_LOOPBACK = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DATA_DIR = Path(tempfile.mkdtemp(prefix="lightbox-test-"))
ARCHIVE_DIR = DATA_DIR / "archive"
STATIC_ROOT = DATA_DIR / "staticfiles"
STATIC_ROOT.mkdir()
WHITENOISE_USE_FINDERS = True  # pages in a browser get the front end straight from static/build
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    # In a file as in the hospital: threads that share one in-memory database do not wait for each other's locks.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}  # noqa: F405
STORAGE_RESERVE_BYTES = 0
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
HL7_PROCESSING_IDS = ["P", "T", "D"]
HL7_OUT = "none"
DICOM_MOVE_WAIT_SECONDS = 0  # what is to be tried again is told at once
COMMITMENT_STAY_SECONDS = 2
