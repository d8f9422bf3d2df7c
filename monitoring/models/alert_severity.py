"""How grave an alert is, and who sees rows of alerting at all."""

from typing import Any, Self

from django.db import models


class Severity(models.TextChoices):
    INFO = "info", "Info"
    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"
    CRITICAL = "critical", "Critical"

    @classmethod
    def _missing_(cls, value: object) -> "Severity | None":
        """Controls and older callers say "warning" for what is medium here."""
        return cls.MEDIUM if value == "warning" else None

    @property
    def rank(self) -> int:
        """0 for the mildest."""
        return list(Severity).index(self)

    def and_worse(self) -> list[str]:
        """This severity and all above it."""
        return [one.value for one in list(Severity)[self.rank :]]

    def and_milder(self) -> list[str]:
        """This severity and all below it."""
        return [one.value for one in list(Severity)[: self.rank + 1]]


class VisibleByPermission(models.QuerySet[Any]):
    """Rows for whoever holds the model's view permission, none for others."""

    def visible_to(self, user: Any) -> Self:
        """The rows that ``user`` may see."""
        meta = self.model._meta
        allowed = user.is_active and user.has_perm(f"{meta.app_label}.view_{meta.model_name}")
        return self.all() if allowed else self.none()
