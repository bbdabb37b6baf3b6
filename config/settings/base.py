"""What every way of running Lightbox has in common; each concern has its own file."""

from config.settings.database import *  # noqa: F403  settings are one flat namespace by Django's design
from config.settings.decoding import *  # noqa: F403
from config.settings.dicom import *  # noqa: F403
from config.settings.dicomweb import *  # noqa: F403
from config.settings.hl7 import *  # noqa: F403
from config.settings.hospital import *  # noqa: F403
from config.settings.integrity import *  # noqa: F403
from config.settings.jobs import *  # noqa: F403
from config.settings.localisation import *  # noqa: F403
from config.settings.logs import *  # noqa: F403
from config.settings.paths import *  # noqa: F403
from config.settings.paths import BASE_DIR
from config.settings.ports import *  # noqa: F403
from config.settings.reading import *  # noqa: F403
from config.settings.rest import *  # noqa: F403
from config.settings.security import *  # noqa: F403
from config.settings.storage import *  # noqa: F403
from config.settings.transfers import *  # noqa: F403
from config.settings.windows import *  # noqa: F403

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "guardian",
    "axes",
    "csp",
    "config",
    "imaging",
    "reporting",
    "his_integration",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "imaging.access.middleware.PreferencesMiddleware",
    "imaging.access.middleware.SamePersonMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "axes.middleware.AxesMiddleware",
    "imaging.common.middleware.ProblemMiddleware",
]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "imaging.access.context.shell",
            ],
            "builtins": ["imaging.common.templatetags.lightbox", "imaging.access.templatetags.acts"],
        },
    }
]
