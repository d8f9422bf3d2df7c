"""Asks Django's own backend for the permissions of an account and adds what the named actions among them hold."""

from typing import Any

from django.contrib.auth.backends import BaseBackend, ModelBackend

from modelops.lib.implied import implied_by, with_implied

_stored = ModelBackend()


class ActionBackend(BaseBackend):
    """Signs nobody in; it only widens a held action to the permissions that it holds."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Whether an action that the account holds holds ``perm``."""
        return user_obj.is_active and any(_stored.has_perm(user_obj, action, obj) for action in implied_by(perm))

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """What the actions of the account hold."""
        held = _stored.get_all_permissions(user_obj, obj)
        return with_implied(held) - held

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        """Whether an action gives anything in the app."""
        return any(name.startswith(f"{app_label}.") for name in self.get_all_permissions(user_obj))
