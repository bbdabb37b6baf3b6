"""The list of tasks that Celery needs; each slice holds its own."""

from imaging.common.tasks import heartbeat

__all__ = ["heartbeat"]
