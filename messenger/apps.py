from django.apps import AppConfig


class MessengerConfig(AppConfig):
    name = "messenger"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from messenger import kinds  # noqa: F401  (registers what it declares)
