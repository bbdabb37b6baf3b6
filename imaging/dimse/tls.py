"""DICOM over TLS by BCP 195 (PS3.15 B.12): TLS 1.2 and 1.3 only, forward secrecy and authenticated encryption only.

One certificate serves both ways: we show it to who calls us, and to nodes that we call.
"""

import ssl
from functools import cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

# Of TLS 1.2, what RFC 9325 4.2 recommends; all of TLS 1.3's are sound.
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL"


def is_offered() -> bool:
    return bool(settings.DICOM_TLS_CERTIFICATE)


def server_context() -> ssl.SSLContext:
    """For who calls us. Raises ImproperlyConfigured naming the setting whose file cannot be used."""
    context = _context(ssl.PROTOCOL_TLS_SERVER)
    if settings.DICOM_TLS_CA and settings.DICOM_TLS_MUTUAL:
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def client_context() -> ssl.SSLContext:
    """For nodes that we call: their certificate must be vouched for and name their host. Raises ImproperlyConfigured."""
    return _client_context(settings.DICOM_TLS_CERTIFICATE, settings.DICOM_TLS_KEY, settings.DICOM_TLS_CA)


@cache
def _client_context(*_files: str) -> ssl.SSLContext:
    return _context(ssl.PROTOCOL_TLS_CLIENT)


def _context(protocol: int) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    try:
        if settings.DICOM_TLS_CERTIFICATE:
            context.load_cert_chain(settings.DICOM_TLS_CERTIFICATE, settings.DICOM_TLS_KEY or None)
        if settings.DICOM_TLS_CA:
            context.load_verify_locations(settings.DICOM_TLS_CA)
        elif protocol == ssl.PROTOCOL_TLS_CLIENT:
            context.load_default_certs()
    except OSError as error:  # ssl.SSLError is one
        raise ImproperlyConfigured(f"LIGHTBOX_DICOM_TLS_CERTIFICATE, _KEY or _CA cannot be used: {error.strerror or error}") from error
    return context
