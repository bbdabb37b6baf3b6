"""Logging to standard output; the supervisor adds the process's name."""

import logging

from config import environment

LOG_LEVEL = environment.text("LIGHTBOX_LOG_LEVEL", "INFO", "Least level that is logged.")


def is_news(record: logging.LogRecord) -> bool:
    """A probe of /readyz while parts are still starting is answered 503 by design; that is no error to log."""
    return "/readyz" not in record.getMessage()


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"news": {"()": "django.utils.log.CallbackFilter", "callback": is_news}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["news"]}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "pynetdicom": {"level": "WARNING"},
        "pydicom": {"level": "ERROR"},
        # Its decoders are tried one after the other; what none could read is told in our own words.
        "pydicom.pixels": {"level": "CRITICAL"},
        # Beat's tasks come every few seconds: their coming and going is no news, their failing is.
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "ERROR"},
    },
}
