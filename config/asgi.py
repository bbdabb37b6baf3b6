"""The ASGI entry point that uvicorn serves."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")

django = get_asgi_application()

from config.gateway import ThreadGate  # noqa: E402  the applications must be loaded first
from config.uploads import UploadGate  # noqa: E402

application = UploadGate(ThreadGate(django))
