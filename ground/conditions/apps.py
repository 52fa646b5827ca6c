from django.apps import AppConfig


class ConditionsConfig(AppConfig):
    name = "ground.conditions"
    label = "conditions"
