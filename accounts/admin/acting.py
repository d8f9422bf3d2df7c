"""Actions on chosen rows, each through its service."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import User
from modelops.lib.errors import DomainError, NotAllowed


def _keeps_away(request: HttpRequest, row: Any) -> None:
    """Only a superuser acts on a superuser: a reset or a new link would be a way to their rights."""
    account = row if isinstance(row, User) else getattr(row, "user", None) or getattr(row, "owner", None)
    if account is not None and account.is_superuser and not request.user.is_superuser:
        raise NotAllowed("Only a superuser may do this to a superuser.", code="user.superuser")


def each(model_admin: admin.ModelAdmin, request: HttpRequest, rows: QuerySet, act: Any, done: str) -> None:
    """Call ``act(row)`` for every chosen row and say how many worked and why others did not."""
    worked = 0
    for row in rows:
        try:
            _keeps_away(request, row)
            act(row)
            worked += 1
        except DomainError as error:
            model_admin.message_user(request, f"{row}: {error}", messages.ERROR)
    if worked:
        model_admin.message_user(request, f"{done}: {worked}.", messages.SUCCESS)
