from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    name = "knowledge"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Help center"

    def ready(self):
        from knowledge import kinds  # noqa: F401  (register what they declare)
