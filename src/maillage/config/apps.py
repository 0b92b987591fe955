from django.apps import AppConfig


class HouseConfig(AppConfig):
    name = "maillage.config"
    label = "config"
