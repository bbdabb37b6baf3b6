from django.apps import AppConfig


class HisIntegrationConfig(AppConfig):
    name = "his_integration"
    verbose_name = "Hospital information system"
