"""Portal pages of schemas, mounted at the root."""

from django.urls import path

from registry import addresses  # noqa: F401  registers the converter

from . import views

app_name = "schemas"

urlpatterns = [path("datasets/<object_name:name>/schema/", views.schema, name="schema")]
