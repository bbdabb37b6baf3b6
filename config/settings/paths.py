"""Where things lie on disk."""

from pathlib import Path

from config import environment

BASE_DIR = Path(__file__).resolve().parents[2]
DATA_DIR = Path(environment.text("LIGHTBOX_DATA", str(BASE_DIR / "var"), "Folder for the database, images and caches.")).resolve()
ARCHIVE_DIR = DATA_DIR / "archive"
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
# The build names these after what is in them: a browser need never ask for one again.
WHITENOISE_IMMUTABLE_FILE_TEST = r"/build/(viewer/)?chunk-(\w+-)?[0-9A-Z]{8}\.js$"
