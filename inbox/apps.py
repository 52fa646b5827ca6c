from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "inbox"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from inbox import facts, kinds  # noqa: F401  (register what they declare)
