from django.apps import AppConfig


class PartsConfig(AppConfig):
    name = "parts"
    label = "pieces"
    default_auto_field = "django.db.models.AutoField"
