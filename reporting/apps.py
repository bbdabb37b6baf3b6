from importlib import import_module

from django.apps import AppConfig

RECEIVERS = ("reporting.billing.receivers",)


class ReportingConfig(AppConfig):
    name = "reporting"
    verbose_name = "Reporting"

    def ready(self) -> None:
        for module in RECEIVERS:
            import_module(module)
