from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "inbox"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from inbox import kinds  # noqa: F401  (registers what it declares)
