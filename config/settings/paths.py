"""Where things lie on disk."""

from pathlib import Path

from whitenoise.compress import Compressor

from config import environment

BASE_DIR = Path(__file__).resolve().parents[2]
DATA_DIR = Path(environment.text("LIGHTBOX_DATA", str(BASE_DIR / "var"), "Folder for the database, images and caches.")).resolve()
ARCHIVE_DIR = DATA_DIR / "archive"
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static_files.PackedFiles"},
}
# The build names these after what is in them: a browser need never ask for one again.
WHITENOISE_IMMUTABLE_FILE_TEST = r"/build/(viewer/)?chunk-(\w+-)?[0-9A-Z]{8}\.js$"
# Beside what is packed already, the source maps of libraries: larger than all else, and fetched by no page.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = [*Compressor.SKIP_COMPRESS_EXTENSIONS, "map"]
