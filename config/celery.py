"""The Celery application: a doorbell only, since every job is a database row first (promise 2)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.demo")

app = Celery("lightbox")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["imaging", "reporting", "his_integration"])
