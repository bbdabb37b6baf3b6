"""The list of tasks that Celery needs; each slice holds its own."""
