"""The Celery application: a doorbell only, since every job is a database row first (promise 2).

It is imported with `config` and so names no settings of its own: DJANGO_SETTINGS_MODULE says which.
"""

from celery import Celery

app = Celery("lightbox")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["imaging", "reporting", "his_integration"])
