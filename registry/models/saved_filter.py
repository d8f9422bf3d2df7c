"""What a person looks for again and again: the filters of a list under a name."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from modelops.lib.ids import uuid7


class FilteredList(models.TextChoices):
    MODELS = "models", "Models"
    VERSIONS = "versions", "Versions"


class SavedFilter(models.Model):
    """One person's own filters of one list. Nobody else sees it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_filters")
    target = models.CharField(max_length=10, choices=FilteredList)
    name = models.CharField(max_length=60)
    query = models.JSONField(help_text='What is asked for, by parameter: {"task": "regression"}.')
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "target", "name"], name="registry_savedfilter_name_once"),
            models.CheckConstraint(
                condition=models.Q(target__in=FilteredList.values), name="registry_savedfilter_target_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The list with these filters."""
        page = {FilteredList.MODELS: "registry:model-list", FilteredList.VERSIONS: "registry:version-list"}
        return f"{reverse(page[FilteredList(self.target)])}?{urlencode(self.query)}"
