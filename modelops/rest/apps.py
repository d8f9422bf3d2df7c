from django.apps import AppConfig


class RestConfig(AppConfig):
    name = "modelops.rest"
    label = "rest"

    def ready(self) -> None:
        from rest_framework.serializers import JSONField, ModelSerializer

        from modelops.crypto.json_values import JSONValues

        # Encrypted JSON columns are stored as text; for a serializer they are JSON.
        ModelSerializer.serializer_field_mapping[JSONValues] = JSONField
