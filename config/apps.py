from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """No models: here so that Django finds the commands that set up a whole hospital."""

    name = "config"
    label = "lightbox_config"
