from importlib import import_module

from django.apps import AppConfig


class HouseConfig(AppConfig):
    """The last application to be ready: everything is known by then."""

    name = "maillage.config"
    label = "config"

    def ready(self) -> None:
        import_module("maillage.config.checks")  # registers them; by name, because it needs the models
