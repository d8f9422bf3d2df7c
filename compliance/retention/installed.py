"""The policies as they stand. Those that are missing are made as they are after the installation."""

from typing import Any

from django.apps import apps
from django.db import transaction

from compliance.audit import Actor, record

from .audit_events import POLICY_INSTALLED
from .data_classes import data_class, data_classes


def _policies() -> Any:
    return apps.get_model("retention", "RetentionPolicy").objects


def policy_of(key: str) -> Any:
    """The policy of a data class. Raises Invalid for a class that is not known: no period is assumed for it."""
    data_class(key)
    row = _policies().filter(data_class=key).first()
    if row is None:
        policies()
        row = _policies().get(data_class=key)
    return row


def policies() -> list[Any]:
    """All of them, in the order in which the classes are declared."""
    rows = {row.data_class: row for row in _policies().all()}
    missing = [one for one in data_classes() if one.key not in rows]
    if missing:
        with transaction.atomic():
            for one in missing:
                row, is_new = _policies().get_or_create(
                    data_class=one.key,
                    defaults={
                        "days": one.days, "action": one.action, "basis": one.basis, "archive_days": one.archive_days,
                    },
                )  # fmt: skip
                rows[one.key] = row
                if is_new:
                    record(
                        POLICY_INSTALLED, row, actor=Actor.system("setup"), data_class=one.key, days=one.days,
                        action=one.action,
                    )  # fmt: skip
    return [rows[one.key] for one in data_classes()]
