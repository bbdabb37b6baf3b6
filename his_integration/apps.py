from importlib import import_module

from django.apps import AppConfig


class HisIntegrationConfig(AppConfig):
    name = "his_integration"
    verbose_name = "Hospital information system"

    def ready(self) -> None:
        import_module("his_integration.receivers")
        import_module("his_integration.additions").add()
