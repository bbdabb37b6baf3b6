"""Where things lie on disk."""

from pathlib import Path

from config import environment

BASE_DIR = Path(__file__).resolve().parents[2]
DATA_DIR = Path(environment.text("LIGHTBOX_DATA", str(BASE_DIR / "var"), "Folder for the database, images and caches.")).resolve()
ARCHIVE_DIR = DATA_DIR / "archive"
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
