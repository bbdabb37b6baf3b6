from importlib import import_module

from django.apps import AppConfig

# Slices that act on news from below; importing the module connects its receivers.
RECEIVERS = ("access", "orders", "scheduling", "archive", "dimse", "routing", "viewer")
# Slices that answer the search of the top bar.
FINDERS = ("orders",)
# Slices that add panels, reasons and health checks to what lower slices show.
ADDITIONS = ("scheduling", "archive", "dimse", "viewer", "routing")


class ImagingConfig(AppConfig):
    name = "imaging"
    verbose_name = "Imaging"

    def ready(self) -> None:
        for name in RECEIVERS:
            import_module(f"imaging.{name}.receivers")
        for name in FINDERS:
            import_module(f"imaging.{name}.finders")
        for name in ADDITIONS:
            import_module(f"imaging.{name}.additions").add()
