from django.apps import AppConfig
from django.urls import register_converter

from ground.web.ids import PublicIdConverter


class WebConfig(AppConfig):
    name = "ground.web"
    label = "web"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        register_converter(PublicIdConverter, "pid")
