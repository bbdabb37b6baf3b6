"""A real hospital: every secret is given, TLS ends here or at a proxy."""

from django.core.exceptions import ImproperlyConfigured

from config.settings.base import *  # noqa: F403
from config.settings.security import SECRET_KEY

DEMO = False
if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("Set LIGHTBOX_SECRET_KEY to at least 50 random characters.")
if DICOM_TRUST_LOOPBACK:  # noqa: F405
    raise ImproperlyConfigured("LIGHTBOX_DICOM_TRUST_LOOPBACK is for the demo and for tests: set up each node instead.")

SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 365 * 24 * 3600
# Monitoring asks inside the house, without the proxy.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # sister sites of the hospital are not ours to bind to TLS,
    "security.W021",  # nor to put on browsers' lists
    "security.W019",  # SAMEORIGIN is meant, as in frame-ancestors: no other site may frame our pages
]
