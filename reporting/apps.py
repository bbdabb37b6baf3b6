from importlib import import_module

from django.apps import AppConfig

# Each connects itself when it is loaded.
RECEIVERS = (
    "reporting.billing.receivers",
    "reporting.reading.additions",
    "reporting.reading.receivers",
    "reporting.reports.additions",
    "reporting.reports.objects",
    "reporting.reports.receivers",
    "reporting.billing.finders",
    "reporting.dashboards.receivers",
)


class ReportingConfig(AppConfig):
    name = "reporting"
    verbose_name = "Reporting"

    def ready(self) -> None:
        for module in RECEIVERS:
            import_module(module)
